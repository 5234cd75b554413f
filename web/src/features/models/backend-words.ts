/** What is said of a backend and of signing in to it. Pure. */
import type { Backend, Login, LoginMethod } from "../../api/types";
import { sentence } from "../../state/words";

export const signingIn = (login: Pick<Login, "state"> | null): boolean => login?.state === "starting" || login?.state === "waiting";

export const methodWords: Record<LoginMethod, string> = { browser: "In a browser", device: "On another device", api_key: "API key" };

/** Why it is off, and where that changes; null while it is not. */
export function whyOff({ state, enabled, on, title, switched }: Pick<Backend, "state" | "enabled" | "on" | "title" | "switched">): string | null {
  if (on && state !== "off") return null;
  if (!switched) return "Its switch above is off, so nothing runs on it.";
  if (enabled === "off") return `${title} was turned off here. On or Auto brings it back.`;
  return state === "off" ? `Auto turns it on once its program is found.` : null;
}

/** How a sign-in ended that did not go well, as a sentence and what to do; null while there is nothing to say. */
export function loginEnd({ state, message, hint }: Pick<Login, "state" | "message" | "hint">): { said: string; hint: string | null } | null {
  if (state === "failed") return { said: sentence(message ?? "the sign-in failed"), hint: hint ? sentence(hint) : null };
  if (state === "expired") return { said: "The time for signing in ran out.", hint: "Start again; a new link or code is made." };
  if (state === "cancelled") return { said: "The sign-in was cancelled.", hint: null };
  return null;
}

/** Whether a text may be where a browser was sent back to; the server looks closer. */
export const isAddress = (text: string): boolean => /^https?:\/\/\S+[?#]\S+$/.test(text.trim());

/** `codex 0.169.0`: the program by its own name, however its path looks. */
export const programName = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1)?.replace(/\.exe$/i, "") ?? path;
