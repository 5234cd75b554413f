/** Leads to the diff of a file in the log: opens what it is folded in, waits until it is drawn, and brings it into sight. */
import type { Id } from "../../api/types";
import { reveal } from "../../ui/reveal";
import { type ChangedFile, isSameFile } from "./facts";

/** Diffs are loaded when the first one is drawn. */
const DRAWN_MS = 5000;

/** False where it is not drawn on this page. */
export async function showFile(turn: Id, { path, asks }: ChangedFile): Promise<boolean> {
  const card = document.querySelector(`[data-turn="${CSS.escape(turn)}"]`);
  if (!card) return false;
  const question = asks ? document.getElementById(`ask-${asks}`) : null;
  const fold = question ?? card.querySelector<HTMLDetailsElement>("details.changes") ?? stepWith(card, path);
  if (!fold) {
    reveal(card);
    return true;
  }
  if (fold instanceof HTMLDetailsElement) fold.open = true;
  const diff = await drawn(fold, path) ?? fold;
  const unfold = diff.querySelector<HTMLElement>(".fold");
  if (unfold?.getAttribute("aria-expanded") === "false") unfold.click();
  reveal(diff);
  (question ?? unfold ?? diff).focus({ preventScroll: true });
  return true;
}

/** The last step that changed it. */
function stepWith(card: Element, path: string): HTMLElement | null {
  const steps = [...card.querySelectorAll<HTMLElement>("details[data-files]")];
  return steps.findLast((step) => step.dataset["files"]?.split("\n").some((one) => isSameFile(one, path))) ?? null;
}

function diffIn(fold: Element, path: string): HTMLElement | null {
  const named = (diff: HTMLElement) => diff.getAttribute("aria-label")?.replace(/^Changes to /, "") ?? "";
  return [...fold.querySelectorAll<HTMLElement>(".diff")].find((diff) => isSameFile(named(diff), path)) ?? null;
}

function drawn(fold: Element, path: string): Promise<HTMLElement | null> {
  return new Promise((resolve) => {
    const now = diffIn(fold, path);
    if (now) return resolve(now);
    const done = (found: HTMLElement | null) => {
      watch.disconnect();
      clearTimeout(late);
      resolve(found);
    };
    const watch = new MutationObserver(() => {
      const found = diffIn(fold, path);
      if (found) done(found);
    });
    watch.observe(fold, { childList: true, subtree: true });
    const late = setTimeout(() => done(null), DRAWN_MS);
  });
}
