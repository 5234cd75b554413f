/** Questions the screens ask of the state. Pure; owns no shapes that are stored. */
import type { Assistant, Id, Message, Turn } from "../api/types";
import { type HeldItem, type Pending, type State, type ThreadPage, turnIsOpen } from "./model";

/** A message and the answers it is owed, one per assistant: the newest attempt, with the earlier ones behind it. */
export interface Exchange {
  key: Id;
  message: Message;
  answers: Answer[];
}
export interface Answer { turn: Turn; earlier: Turn[]; reply: Message | null }

/**
 * The log of a thread, in the order of its questions. A reply stands under the message that asked, not where it happens to
 * fall in time; one whose turn or question is not here stands by itself. With `page` only the stretch that is shown.
 */
export function exchangesOf(state: Pick<State, "messages" | "turns">, thread: Id, page?: ThreadPage): Exchange[] {
  const held = Object.values(state.messages[thread] ?? {});
  const messages = held
    .filter((message) => !page || (message.seq >= page.from && (page.to === null || message.seq <= page.to)))
    .sort((a, b) => a.seq - b.seq);
  const here = new Set(messages.map((message) => message.id));
  const replies = new Map<Id, Message>();
  for (const message of held) if (message.turn_id) replies.set(message.turn_id, message);

  const byQuestion = new Map<Id, Turn[]>();
  for (const turn of Object.values(state.turns)) {
    if (turn.thread_id === thread && here.has(turn.message_id)) {
      byQuestion.set(turn.message_id, [...(byQuestion.get(turn.message_id) ?? []), turn]);
    }
  }
  return messages
    .filter((message) => {
      const turn = message.turn_id ? state.turns[message.turn_id] : undefined;
      return !turn || !here.has(turn.message_id);
    })
    .map((message) => ({ key: message.id, message, answers: answersOf(byQuestion.get(message.id) ?? [], replies) }));
}

function answersOf(turns: Turn[], replies: Map<Id, Message>): Answer[] {
  const byAssistant = new Map<Id, Turn[]>();
  for (const turn of turns.sort((a, b) => a.queued_at - b.queued_at || a.attempt - b.attempt || a.id.localeCompare(b.id))) {
    byAssistant.set(turn.assistant, [...(byAssistant.get(turn.assistant) ?? []), turn]);
  }
  return [...byAssistant.values()].flatMap((attempts) => {
    const newest = attempts.at(-1);
    return newest ? [{ turn: newest, earlier: attempts.slice(0, -1), reply: replies.get(newest.id) ?? null }] : [];
  });
}

/** The echoes that still wait in a thread, oldest first. What is queued stands over the composer in a moment, unless it fails. */
export function pendingOf(state: Pick<State, "outbox">, thread: Id): Pending[] {
  return state.outbox.filter((pending) => pending.thread_id === thread && (pending.kind === "post" || pending.state === "failed"));
}

/** What a turn did, in its order, as the card draws it: runs of steps between runs of text. */
export type Part = { is: "steps"; key: Id; items: HeldItem[] } | { is: "text"; key: Id; text: string; open: boolean };

const bare = (text: string) => text.replace(/\s+/g, "");

/**
 * While a turn runs its text comes from its items. Once it has a reply, the reply is the text; where the items said the same
 * they stay where they stood, so that nothing jumps at the end.
 */
export function partsOf(items: HeldItem[], reply: Message | null): Part[] {
  const parts: Part[] = [];
  for (const item of items) {
    const last = parts.at(-1);
    // All changes together are told at the end, not where the first of them fell.
    if (item.kind === "turn_diff") continue;
    if (item.kind === "text") {
      if (item.text) parts.push({ is: "text", key: item.id, text: item.text, open: item.status === "open" });
    } else if (last?.is === "steps") last.items.push(item);
    else parts.push({ is: "steps", key: item.id, items: [item] });
  }
  if (!reply) return parts;
  const texts = parts.flatMap((part) => (part.is === "text" ? [part.text] : []));
  const whole = bare(reply.text);
  // A plan that was proposed is a card of its own; the reply may say nothing else.
  if (items.some((item) => item.kind === "proposal" && bare(item.text) === whole)) return parts;
  if (texts.length && (bare(texts.at(-1) ?? "") === whole || bare(texts.join("")) === whole)) return parts;
  return [...parts.filter((part) => part.is === "steps"), { is: "text", key: reply.id, text: reply.text, open: false }];
}

/** The last message that is here. */
export function newestOf(messages: Record<Id, Message> | undefined): Id | null {
  const newest = Object.values(messages ?? {}).reduce<Message | null>((last, one) => (last && last.seq > one.seq ? last : one), null);
  return newest?.id ?? null;
}

/** Assistants as lists show them: the usable first, then by handle. */
export function assistantRows(state: Pick<State, "assistants">): Assistant[] {
  const rank = (assistant: Assistant) => (assistant.state === "ready" ? 0 : assistant.state === "disabled" ? 2 : 1);
  return Object.values(state.assistants).sort((a, b) => rank(a) - rank(b) || a.handle.localeCompare(b.handle));
}

/**
 * The turn of a thread that is looked at: the one asked for, if it is here, else the one that runs, else the one that something
 * happened to last. With it the answers to the same message, one per assistant.
 */
export function turnInFocus(turns: State["turns"], thread: Id, asked: Id | null): { turn: Turn; beside: Turn[] } | null {
  const here = Object.values(turns).filter((turn) => turn.thread_id === thread);
  const wanted = here.find((turn) => turn.id === asked);
  const runs = (turn: Turn) => turnIsOpen(turn) && turn.started_at !== null;
  const touched = (turn: Turn) => turn.ended_at ?? turn.queued_at;
  const later = (a: Turn, b: Turn) => Number(runs(b)) - Number(runs(a)) || touched(b) - touched(a) || a.id.localeCompare(b.id);
  const turn = wanted ?? here.sort(later)[0];
  if (!turn) return null;
  const newest = answersOf(here.filter((one) => one.message_id === turn.message_id), new Map()).map((answer) => answer.turn);
  return { turn, beside: newest.includes(turn) ? newest : [turn] };
}

/** Without the attempts that a later one took the place of: of those no steps are shown. */
export function lastAttempts(turns: Turn[]): Turn[] {
  const last = new Map<string, number>();
  const answer = (turn: Turn) => `${turn.message_id} ${turn.assistant}`;
  for (const turn of turns) last.set(answer(turn), Math.max(turn.attempt, last.get(answer(turn)) ?? 0));
  return turns.filter((turn) => turn.attempt === last.get(answer(turn)));
}

/** The turns of a thread whose items are shown, newest first. */
export function startedTurns(state: Pick<State, "turns">, thread: Id): Id[] {
  return lastAttempts(Object.values(state.turns).filter((turn) => turn.thread_id === thread))
    .filter((turn) => turn.started_at !== null)
    .sort((a, b) => b.queued_at - a.queued_at)
    .map((turn) => turn.id);
}
