/** The words about a try to sign in, wherever it leads. Pure. */
import type { Backend, Login } from "../api/types";
import { sentence } from "./words";

export const signingIn = (login: Pick<Login, "state"> | null): boolean => login?.state === "starting" || login?.state === "waiting";

/** Whether a login is all that is missing, by the state of a backend or an assistant, or by the code of a failure. What is asked meanwhile waits for it. */
export const wantsLogin = (state: string): boolean => state === "not_signed_in" || state === "api_key_login";

/** Whether an admin can sign it in here, now. */
export const signsIn = ({ state, sign_ins }: Pick<Backend, "state" | "sign_ins">): boolean => wantsLogin(state) && sign_ins.length > 0;

/** How a sign-in ended that did not go well, as a sentence and what to do; null while there is nothing to say. */
export function loginEnd({ state, message, hint }: Pick<Login, "state" | "message" | "hint">): { said: string; hint: string | null } | null {
  if (state === "failed") return { said: sentence(message ?? "the sign-in failed"), hint: hint ? sentence(hint) : null };
  if (state === "expired") return { said: "The time for signing in ran out.", hint: "Start again; a new link or code is made." };
  if (state === "cancelled") return { said: "The sign-in was cancelled.", hint: null };
  return null;
}

/** Whether a text may be where a browser was sent back to; the server looks closer. */
export const isAddress = (text: string): boolean => /^https?:\/\/\S+[?#]\S+$/.test(text.trim());
