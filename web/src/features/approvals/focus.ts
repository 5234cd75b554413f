/** Where the focus goes between the cards that wait. Owns how they are found on the page. */
import type { Id } from "../../api/types";

export const cardId = (question: Id) => `ask-${question}`;
export const waitingCards = () => [...document.querySelectorAll<HTMLElement>("[data-waiting]")];

export function focusCard(card: HTMLElement) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** One card on, or back, from another; round at the ends. False where there is only this one. */
export function stepCards(from: Element | null, by: 1 | -1): boolean {
  const cards = waitingCards();
  const at = cards.findIndex((card) => card === from);
  const next = cards[at < 0 ? (by > 0 ? 0 : cards.length - 1) : (at + by + cards.length) % cards.length];
  if (!next || next === from) return false;
  focusCard(next);
  return true;
}

/** The cards in the order in which the focus goes on from one. */
export function cardsAfter(card: HTMLElement | null, cards: HTMLElement[]): HTMLElement[] {
  const at = card ? cards.indexOf(card) : -1;
  return [...cards.slice(at + 1), ...cards.slice(0, Math.max(0, at))].filter((one) => one !== card);
}

/** After a decision: the next that waits, else the composer; nowhere when the person has gone on to something else. */
export function focusAfter(card: HTMLElement | null, cards: HTMLElement[]) {
  const { activeElement: active } = document;
  if (active && active !== document.body && !card?.contains(active)) return;
  const next = cardsAfter(card, cards).find((one) => one.isConnected && one.dataset["waiting"] !== undefined);
  if (next) return focusCard(next);
  // On a touch screen the keyboard would cover what was just decided.
  if (matchMedia("(pointer: fine)").matches) (document.getElementById("composer") ?? document.querySelector<HTMLElement>('.inbox [aria-selected="true"]'))?.focus();
}

/**
 * A card that has the focus is about to leave the page: the cards around it are still known here, and take the focus once it
 * has gone. One that stays, or is only moved, keeps it.
 */
export function focusWhenGone(card: HTMLElement) {
  if (!card.contains(document.activeElement)) return;
  const cards = waitingCards();
  queueMicrotask(() => {
    if (!card.isConnected) focusAfter(card, cards);
  });
}
