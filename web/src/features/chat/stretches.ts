/** The log in stretches: runs of exchanges that are drawn or left out together. Pure. Owns what stands between exchanges too. */
import type { Id } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import type { Exchange } from "../../state/view";
import { sameDay } from "../../state/words";

export interface Row {
  exchange: Exchange;
  /** The day begins here: its moment, to be named. */
  day: number | null;
  /** What follows was not read before. */
  unread: boolean;
}

export interface Stretch {
  /** The same messages are always in the same stretch, whatever was loaded around them. */
  key: number;
  rows: Row[];
}

const MESSAGES = 12;
const keyOf = (seq: number) => Math.floor(seq / MESSAGES);

export interface Reader { me: Id | undefined; readTo: number | null }

export function stretchesOf(exchanges: Exchange[], { me, readTo }: Reader): Stretch[] {
  const stretches: Stretch[] = [];
  let told = readTo === null;
  let before: number | null = null;
  for (const exchange of exchanges) {
    const { message } = exchange;
    const first = before === null;
    const day = before === null || !sameDay(before, message.created_at) ? message.created_at : null;
    before = message.created_at;
    const unread: boolean = !told && isNews(exchange, readTo ?? 0, me);
    told ||= unread;
    // Where everything is new, a line says nothing.
    const row = { exchange, day, unread: unread && !first };
    const last = stretches.at(-1);
    if (last?.key === keyOf(message.seq)) last.rows.push(row);
    else stretches.push({ key: keyOf(message.seq), rows: [row] });
  }
  return stretches;
}

function isNews({ message, answers }: Exchange, readTo: number, me: Id | undefined): boolean {
  return (message.seq > readTo && message.author.id !== me) || answers.some(({ reply }) => reply !== null && reply.seq > readTo);
}

/** Whether two stretches are drawn alike; the cards in them watch their turns themselves. */
export function sameStretch(a: Stretch, b: Stretch): boolean {
  return a === b || (a.key === b.key && a.rows.length === b.rows.length && a.rows.every((row, at) => sameRow(row, b.rows[at])));
}

function sameRow(a: Row, b: Row | undefined): boolean {
  if (!b || a.day !== b.day || a.unread !== b.unread || a.exchange.message !== b.exchange.message) return false;
  const [owed, other] = [a.exchange.answers, b.exchange.answers];
  return owed.length === other.length && owed.every(({ turn, earlier, reply }, at) => {
    const twin = other[at];
    return twin !== undefined && turn.id === twin.turn.id && turnIsOpen(turn) === turnIsOpen(twin.turn) && earlier.length === twin.earlier.length
      && reply?.id === twin.reply?.id && reply?.seq === twin.reply?.seq;
  });
}

/** The stretch in which a message stands, as a question or as an answer to one. */
export function stretchWith(stretches: Stretch[], seq: number): number | null {
  const holds = ({ exchange: { message, answers } }: Row) => message.seq === seq || answers.some(({ reply }) => reply?.seq === seq);
  return stretches.find(({ rows }) => rows.some(holds))?.key ?? null;
}
