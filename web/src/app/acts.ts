/** Acts of the page that a key, a command and a button share. */
import type { Id } from "../api/types";
import type { Desk } from "../state/desk";
import { drafts } from "../state/local";
import { chatPath, go } from "../ui/route";

export function newThread() {
  go(chatPath(null));
  requestAnimationFrame(() => document.getElementById("composer")?.focus());
}

/** After a sign-in: to the field, and on the start with the mention of whom that was for, unless something is written there. */
export function goOn(desk: Desk, backend: Id) {
  const assistant = Object.values(desk.store.get().assistants).find((one) => one.backend === backend && one.usable);
  if (location.pathname === chatPath(null) && assistant && drafts.get("new") === "") desk.prefill("new", `@${assistant.handle} `);
  requestAnimationFrame(() => document.getElementById("composer")?.focus());
}

/** Opens the first thread that waits for the person; the one after it if that is open already. */
export function nextWaiting() {
  const rows = [...document.querySelectorAll<HTMLElement>('.rows .row[data-state="needs_you"]')];
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "page");
  rows[(at + 1) % rows.length]?.click();
}

/** Moves the focus through the rows of the screen, else of the threads, from the current one when none has it. */
export function stepRows(by: 1 | -1) {
  const ofScreen = document.querySelectorAll<HTMLElement>(".main .turn-row > a");
  const rows = [...(ofScreen.length ? ofScreen : document.querySelectorAll<HTMLElement>(".rows .row"))];
  const focused = rows.indexOf(document.activeElement as HTMLElement);
  const from = focused >= 0 ? focused : rows.findIndex((row) => row.getAttribute("aria-current") === "page");
  rows[Math.max(0, Math.min(rows.length - 1, from + by))]?.focus();
}
