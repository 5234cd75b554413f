/** Addresses of the page and moving between them. Owns nothing but the address bar. */
import { type AnchorHTMLAttributes, useSyncExternalStore } from "react";
import type { Id } from "../api/types";
import { closeDrawer } from "./drawer";

const sections = ["profile", "people", "assistants", "models", "tokens", "tools", "sessions", "health", "audit"] as const;
export type SettingsSection = (typeof sections)[number];

export type Route =
  /** `seq` is the message to show, from `#m-SEQ`; `turn` the one whose facts are told, `detail` whether they lie over the log. */
  | { at: "chat"; thread: Id | null; seq: number | null; mention: string | null; archived: boolean; turn: Id | null; detail: boolean }
  | { at: "sign-in"; secret: string | null }
  | { at: "settings"; section: SettingsSection }
  | { at: "approvals" }
  | { at: "turns"; state: "all" | "running" | "failed"; mine: boolean }
  | { at: "unknown" };

export const chatPath = (thread: Id | null) => (thread ? `/chat/${thread}` : "/chat");
export const messagePath = (thread: Id, seq: number) => `${chatPath(thread)}#m-${seq}`;
/** A thread at one of its turns: the message that asked, and what the turn did beside it. */
export const turnPath = (thread: Id, turn: Id, seq: number | null) => `${chatPath(thread)}?turn=${encodeURIComponent(turn)}${seq === null ? "" : `#m-${seq}`}`;
export const settingsPath = (section: SettingsSection) => `/settings/${section}`;

export const approvalsPath = "/approvals";
export function turnsPath(state: "all" | "running" | "failed" = "all", mine = false): string {
  const words = new URLSearchParams({ ...(state === "all" ? {} : { state }), ...(mine ? { mine: "true" } : {}) });
  return words.size ? `/turns?${words}` : "/turns";
}

export function routeOf({ pathname, search, hash }: { pathname: string; search: string; hash: string }): Route {
  const [first = "", second, ...rest] = pathname.split("/").filter(Boolean);
  if (rest.length > 0) return { at: "unknown" };
  const asked = new URLSearchParams(search);
  if (first === "" || first === "chat") {
    if (first === "" && second !== undefined) return { at: "unknown" };
    const seq = /^#m-(\d{1,9})$/.exec(hash)?.[1];
    return { at: "chat", thread: second ?? null, seq: seq ? Number(seq) : null, mention: asked.get("mention"), archived: asked.has("archived"), turn: asked.get("turn"), detail: asked.get("show") === "detail" };
  }
  if (first === "sign-in" && second === undefined) return { at: "sign-in", secret: hash.slice(1) || null };
  if (first === "approvals" && second === undefined) return { at: "approvals" };
  if (first === "turns" && second === undefined) {
    const state = asked.get("state");
    return { at: "turns", state: state === "running" || state === "failed" ? state : "all", mine: asked.get("mine") === "true" };
  }
  if (first === "administration" && second === "llm") return { at: "settings", section: "models" };
  if (first === "settings") {
    const section = sections.find((one) => one === (second ?? "assistants"));
    if (section) return { at: "settings", section };
  }
  return { at: "unknown" };
}

/** Counts the moves, so that a click on the address one is at already is a move too. */
let moves = 0;
const listeners = new Set<() => void>();
globalThis.addEventListener?.("popstate", () => changed());

function changed() {
  moves += 1;
  closeDrawer();
  for (const listener of listeners) listener();
}

export function go(path: string, how: "push" | "replace" = "push") {
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  changed();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The address as one string, so that equal addresses are equal. */
export function useAddress(): string {
  return useSyncExternalStore(subscribe, () => location.pathname + location.search + location.hash);
}

/** Another number after every move. */
export function useMoves(): number {
  return useSyncExternalStore(subscribe, () => moves);
}

export type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & { to: string };

/** A link inside the page. With a modifier key or the middle button it stays a link of the browser. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  return (
    <a {...rest} href={to} onClick={(event) => {
      onClick?.(event);
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(to);
    }} />
  );
}
