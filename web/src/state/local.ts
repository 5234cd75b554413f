/** What this browser knows by itself: drafts, where to return after signing in, light or dark, whether somebody looks. Never secrets. */
import type { Attachment, Id } from "../api/types";

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
  /** The files that are on the server already and wait for the message. */
  files: (thread: Id | "new"): Attachment[] => {
    try {
      return JSON.parse(read(`draft.files.${thread}`) ?? "[]") as Attachment[];
    } catch {
      return [];
    }
  },
  setFiles: (thread: Id | "new", files: Attachment[]) => write(`draft.files.${thread}`, files.length ? JSON.stringify(files) : null),
  /** Tells what another tab of this browser writes in the same place, and that its files are others now. */
  watch: (thread: Id | "new", heard: (text: string) => void, filesChanged: () => void) => {
    const listen = (event: StorageEvent) => {
      if (event.key === `${PREFIX}draft.${thread}`) heard(event.newValue ?? "");
      else if (event.key === `${PREFIX}draft.files.${thread}`) filesChanged();
    };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
  },
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
    return path && /^\/(chat|settings|approvals|turns)\b/.test(path) ? path : null;
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

/** How changes of a file are drawn: one below the other, or side by side. */
export type DiffView = "unified" | "split";
export const diffView = {
  get: (): DiffView => (read("diff") === "split" ? "split" : "unified"),
  set: (value: DiffView) => write("diff", value === "unified" ? null : value),
};

/** Whether the facts about a turn stand beside the log; null until somebody chose. */
export const asideWish = {
  get: (): boolean | null => ({ open: true, closed: false })[read("aside") ?? ""] ?? null,
  set: (open: boolean) => write("aside", open ? "open" : "closed"),
};

/** Whether somebody looks at this page: it is on a screen, and in front. */
export const isSeen = () => document.visibilityState === "visible" && document.hasFocus();
