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
  /** What its drawing depends on; the cards in it watch their turns themselves. */
  signature: string;
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
    const day = before === null || !sameDay(before, message.created_at) ? message.created_at : null;
    before = message.created_at;
    const unread: boolean = !told && isNews(exchange, readTo ?? 0, me);
    told ||= unread;
    const row = { exchange, day, unread };
    const last = stretches.at(-1);
    if (last?.key === keyOf(message.seq)) last.rows.push(row);
    else stretches.push({ key: keyOf(message.seq), rows: [row], signature: "" });
  }
  for (const stretch of stretches) stretch.signature = stretch.rows.map(signatureOf).join("\n");
  return stretches;
}

function isNews({ message, answers }: Exchange, readTo: number, me: Id | undefined): boolean {
  return (message.seq > readTo && message.author.id !== me) || answers.some(({ reply }) => reply !== null && reply.seq > readTo);
}

function signatureOf({ exchange: { message, answers }, day, unread }: Row): string {
  const owed = answers.map(({ turn, earlier, reply }) => `${turn.id} ${earlier.length} ${reply?.id ?? ""} ${turnIsOpen(turn)}`);
  return [message.id, message.edited_at ?? "", day ?? "", unread, ...owed].join(" ");
}

/** The stretch in which a message stands, as a question or as an answer to one. */
export function stretchWith(stretches: Stretch[], seq: number): number | null {
  const holds = ({ exchange: { message, answers } }: Row) => message.seq === seq || answers.some(({ reply }) => reply?.seq === seq);
  return stretches.find(({ rows }) => rows.some(holds))?.key ?? null;
}
