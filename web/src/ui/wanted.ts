/** Asks for something elsewhere to open, from a key or a command; whatever draws it opens it. Owns no state. */
import type { Id } from "../api/types";

/** To sign in is to sign in to a backend. */
export type Wanted = "model" | "effort" | "permission" | "help" | { signInTo: Id };

const listeners = new Set<(what: Wanted) => void>();

export function want(what: Wanted) {
  for (const listener of listeners) listener(what);
}

export function onWanted(listener: (what: Wanted) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
