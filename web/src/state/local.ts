/** What this browser remembers by itself: drafts, what was read, where to return after signing in, light or dark. Never secrets. */
import { useSyncExternalStore } from "react";
import type { Id } from "../api/types";

const PREFIX = "switchboard.";

/** Storage can be full or forbidden; the page works without it. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}
function write(key: string, value: string | null) {
  try {
    if (value === null || value === "") localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch { /* nothing is lost that the server has */ }
}

/** `new` stands for the thread that is not started yet. */
export const drafts = {
  get: (thread: Id | "new") => read(`draft.${thread}`) ?? "",
  set: (thread: Id | "new", text: string) => write(`draft.${thread}`, text),
};

/** Signing out leaves no unsent words behind for whoever signs in next on this machine. */
export function forgetDrafts() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`${PREFIX}draft.`)) localStorage.removeItem(key);
  } catch { /* there was nothing to forget */ }
}

export const returnTo = {
  set: (path: string) => write("return", path),
  take: () => {
    const path = read("return");
    write("return", null);
    return path?.startsWith("/chat") || path?.startsWith("/settings") ? path : null;
  },
};

export type Theme = "system" | "light" | "dark";
export const theme = {
  get: (): Theme => {
    const value = read("theme");
    return value === "light" || value === "dark" ? value : "system";
  },
  set: (value: Theme) => {
    write("theme", value === "system" ? null : value);
    theme.apply();
  },
  apply: () => {
    const value = theme.get();
    if (value === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = value;
  },
};

// ---- what was read: the newest sequence number seen of each thread, shared by the tabs of this browser ----

type Read = Record<Id, number>;
const READ = "read";
let held: Read = parse(read(READ));
const listeners = new Set<() => void>();

function parse(text: string | null): Read {
  try {
    return JSON.parse(text ?? "{}") as Read;
  } catch {
    return {};
  }
}

globalThis.addEventListener?.("storage", (event) => {
  if (event.key !== PREFIX + READ) return;
  held = parse(event.newValue);
  for (const listener of listeners) listener();
});

export function markRead(thread: Id, seq: number) {
  if ((held[thread] ?? 0) >= seq) return;
  held = { ...held, [thread]: seq };
  write(READ, JSON.stringify(held));
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useRead = (): Read => useSyncExternalStore(subscribe, () => held);
