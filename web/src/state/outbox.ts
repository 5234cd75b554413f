/** Keeps messages that the server has not confirmed over a reload of this tab. Sending twice is safe: they carry their client id. */
import type { Pending } from "./model";

const KEY = "switchboard.outbox";
let saved: Pending[] = [];

export function saveOutbox(outbox: Pending[]) {
  if (outbox === saved) return;
  saved = outbox;
  if (outbox.length) sessionStorage.setItem(KEY, JSON.stringify(outbox));
  else sessionStorage.removeItem(KEY);
}

export function loadOutbox(): Pending[] {
  try {
    const held = JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as Pending[];
    return held.map((pending) => ({ ...pending, attachments: pending.attachments ?? [] }));
  } catch {
    return [];
  }
}
