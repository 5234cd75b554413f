/** Which of an assistant's remarks say something that the card does not say anyway. Pure. */
import type { Item, Turn } from "../../api/types";
import { turnIsOpen } from "../../state/model";

const RETRY = /^reconnecting\W*(?:(\d+)\s*(?:\/|of)\s*(\d+))?/i;
/** A vendor's words around a limit, with what it would like to sell. */
const LIMIT = /\b(usage|rate) limit|\bquota\b|\bupgrade\b|\bpurchase\b|too many requests/i;

const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** The items without those remarks: retries are the card's state, and the failure is told on its end card, where its detail is. */
export function worthShowing<T extends Pick<Item, "kind" | "text">>(items: T[], turn: Pick<Turn, "state" | "error">): T[] {
  const { error } = turn;
  const told = error ? bare(`${error.message} ${error.detail ?? ""}`) : "";
  return items.filter(({ kind, text }) => {
    if (kind !== "notice") return true;
    if (RETRY.test(text)) return false;
    if (!error) return true;
    return !(told.includes(bare(text)) || bare(text).includes(bare(error.detail ?? error.message)) || (error.code === "rate_limited" && LIMIT.test(text)));
  });
}

/** `Reconnecting, 2 of 5` while the last thing heard is that the assistant tries again. */
export function reconnecting(items: Pick<Item, "kind" | "text">[], turn: Pick<Turn, "state" | "stop_wanted">): string | null {
  const last = items.at(-1);
  const found = turnIsOpen(turn) && !turn.stop_wanted && last?.kind === "notice" ? RETRY.exec(last.text) : null;
  if (!found) return null;
  return found[1] ? `Reconnecting, ${found[1]} of ${found[2]}` : "Reconnecting";
}
