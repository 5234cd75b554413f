/** What is said of a backend. Pure. */
import type { Backend, LoginMethod } from "../../api/types";
import type { IconName } from "../../ui/Icon";

/** A way to sign in, as a person goes it. Pasting is what the browser's way asks of who is not on the server's machine. */
export type Way = LoginMethod | "paste";

export const wayWords: Record<Way, { icon: IconName; name: string; says: string; act: string }> = {
  browser: { icon: "globe", name: "In this browser", says: "Opens the vendor’s own page. On the server’s own machine the rest goes by itself.", act: "Sign in" },
  paste: { icon: "paste", name: "Paste the address", says: "From any machine: sign in there, then paste the address on which it ended, even if that page failed to load.", act: "Get the link" },
  device: { icon: "device", name: "On another device", says: "Shows a code to type on the vendor’s page, on any device.", act: "Show a code" },
  api_key: { icon: "key", name: "With an API key", says: "Billed per token by the vendor. An assistant that runs on a plan refuses it.", act: "Add a key" },
};

/** The ways that these methods open, the usual one first and the key last. */
export const waysOf = (methods: LoginMethod[]): Way[] =>
  (["browser", "paste", "device", "api_key"] as const).filter((way) => methods.includes(way === "paste" ? "browser" : way));

export const methodOf = (way: Way): LoginMethod => (way === "paste" ? "browser" : way);

/** Why it is off, and where that changes; null while it is not. */
export function whyOff({ state, enabled, on, title, switched }: Pick<Backend, "state" | "enabled" | "on" | "title" | "switched">): string | null {
  if (on && state !== "off") return null;
  if (!switched) return "Its switch above is off, so nothing runs on it.";
  if (enabled === "off") return `${title} was turned off here. On or Auto brings it back.`;
  return state === "off" ? `Auto turns it on once its program is found.` : null;
}

/** `codex 0.169.0`: the program by its own name, however its path looks. */
export const programName = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1)?.replace(/\.exe$/i, "") ?? path;

/** What points to this very page, said on it. */
export const saidHere = (words: string): string => words.replace(/ (in Settings > Models|there(?=[,.;]|$))/g, " here");
