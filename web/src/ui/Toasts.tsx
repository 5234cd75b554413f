/** For what went wrong and has no place of its own on the page. Owns the few lines shown, each for some seconds. */
import { useSyncExternalStore } from "react";
import { Problem } from "../api/client";
import { Icon } from "./Icon";

interface Toast { id: number; text: string; code: string | null }

const SHOWN_MS = 8000;
let toasts: Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(error: unknown) {
  count += 1;
  const id = count;
  const text = error instanceof Error ? error.message : String(error);
  set([...toasts.slice(-2), { id, text, code: error instanceof Problem ? error.code : null }]);
  setTimeout(() => set(toasts.filter((one) => one.id !== id)), SHOWN_MS);
}

/** For an action whose only answer is its effect: says so if it had none. */
export function attempt(work: Promise<unknown>) {
  work.catch(toast);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="alert">
      {shown.map(({ id, text, code }) => (
        <div key={id} className="toast">
          <Icon name="alert" /><span className="grow">{text}{code ? <> <span className="id">{code}</span></> : null}</span>
          <button className="btn tool small" type="button" aria-label="Close" onClick={() => set(toasts.filter((one) => one.id !== id))}><Icon name="x" /></button>
        </div>
      ))}
    </div>
  );
}
