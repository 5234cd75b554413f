/** How this browser draws changes, the same for all of them. A phone has no room for two sides. */
import { useSyncExternalStore } from "react";
import { type DiffView, diffView } from "../state/local";

const listeners = new Set<() => void>();
let view: DiffView | undefined;
const narrow = typeof matchMedia === "function" ? matchMedia("(max-width: 719px)") : null;

function subscribe(listener: () => void) {
  listeners.add(listener);
  narrow?.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    narrow?.removeEventListener("change", listener);
  };
}
const now = (): DiffView => (narrow?.matches ? "unified" : (view ??= diffView.get()));

export function useDiffView(): [DiffView, (view: DiffView) => void] {
  return [useSyncExternalStore(subscribe, now, () => "unified"), setView];
}

function setView(next: DiffView) {
  view = next;
  diffView.set(next);
  for (const listener of listeners) listener();
}
