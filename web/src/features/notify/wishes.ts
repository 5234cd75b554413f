/** Which notes a person wants in this browser. Owns that choice and the browser's permission; asks for it only by hand. */
import { useSyncExternalStore } from "react";
import { kinds, type Kind } from "./notes";

export type Wishes = Record<Kind, boolean>;
export type Permission = "unsupported" | "default" | "denied" | "granted";

const KEY = "switchboard.notify";
const listeners = new Set<() => void>();
let held: { wishes: Wishes; permission: Permission } | undefined;

function load(): { wishes: Wishes; permission: Permission } {
  let stored: Partial<Wishes> = {};
  try {
    stored = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Wishes>;
  } catch { /* then all of them */ }
  const wishes = Object.fromEntries(kinds.map((kind) => [kind, stored[kind] !== false])) as Wishes;
  // Needs a secure context, which a plain address in a local network is not.
  const permission = "Notification" in globalThis && globalThis.isSecureContext ? Notification.permission : "unsupported";
  return { wishes, permission };
}

function changed() {
  held = load();
  for (const listener of listeners) listener();
}
globalThis.addEventListener?.("storage", (event) => event.key === KEY && changed());

export const wished = () => (held ??= load());

export function wish(kind: Kind, on: boolean) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...wished().wishes, [kind]: on }));
  } catch { /* it holds until this page is closed */ }
  changed();
}

/** Must be called from a click: browsers hold a page that asks on its own for a nuisance, and so do people. */
export async function askPermission(): Promise<void> {
  await Notification.requestPermission();
  changed();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useWishes = () => useSyncExternalStore(subscribe, wished);
