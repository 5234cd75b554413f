/** What is said of a backend. Pure. */
import type { Backend, LoginMethod } from "../../api/types";

export const methodWords: Record<LoginMethod, string> = { browser: "In a browser", device: "On another device", api_key: "API key" };

/** Why it is off, and where that changes; null while it is not. */
export function whyOff({ state, enabled, on, title, switched }: Pick<Backend, "state" | "enabled" | "on" | "title" | "switched">): string | null {
  if (on && state !== "off") return null;
  if (!switched) return "Its switch above is off, so nothing runs on it.";
  if (enabled === "off") return `${title} was turned off here. On or Auto brings it back.`;
  return state === "off" ? `Auto turns it on once its program is found.` : null;
}

/** `codex 0.169.0`: the program by its own name, however its path looks. */
export const programName = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1)?.replace(/\.exe$/i, "") ?? path;
