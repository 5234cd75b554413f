/** What is worth telling somebody who does not look: found by comparing the state before and after a change. Pure. */
import type { Id, Message, Turn } from "../../api/types";
import { type State, turnIsOpen } from "../../state/model";
import { names, askedTo } from "../../state/rows";
import { endHeading, plain } from "../../state/words";

export const kinds = ["needs", "done", "failed", "mention"] as const;
export type Kind = (typeof kinds)[number];

export interface Note {
  kind: Kind;
  /** What it is about: a later note about the same replaces the earlier one. */
  key: string;
  thread: Id;
  title: string;
  body: string;
}

/** A snapshot that comes in tells old news; only what a change brings to what was here before counts. */
export function notesBetween(before: State, after: State): Note[] {
  const me = after.session?.person;
  if (!me || before.session?.person.id !== me.id || before.list === null || after.list === null) return [];
  return [
    ...(before.turns === after.turns ? [] : turnNotes(before, after, me.id)),
    ...(before.questions === after.questions ? [] : questionNotes(before, after, me.id)),
    ...(before.messages === after.messages ? [] : mentionNotes(before, after, me)),
  ];
}

function turnNotes(before: State, after: State, me: Id): Note[] {
  return Object.values(after.turns).flatMap((turn): Note[] => {
    const was = before.turns[turn.id];
    if (!was || was === turn || turn.person !== me || !turnIsOpen(was) || turnIsOpen(turn)) return [];
    const who = whoOf(after, turn);
    const about = { key: `turn-${turn.id}`, thread: turn.thread_id };
    switch (turn.state) {
      case "done": return [{ ...about, kind: "done", title: `${who} answered`, body: place(after, turn.thread_id) }];
      case "failed": case "abandoned": {
        const title = endHeading(who, turn.error?.code ?? turn.state);
        return [{ ...about, kind: "failed", title, body: place(after, turn.thread_id) }];
      }
      // Whoever stopped it knows.
      default: return [];
    }
  });
}

function questionNotes(before: State, after: State, me: Id): Note[] {
  return Object.values(after.questions).flatMap((question): Note[] => {
    if (before.questions[question.id] || question.state !== "asked" || question.person_id !== me) return [];
    return [{
      kind: "needs", key: `question-${question.id}`, thread: question.thread_id,
      title: `${whoOf(after, { assistant: question.assistant_id })} asks ${askedTo(question)}`, body: place(after, question.thread_id),
    }];
  });
}

function mentionNotes(before: State, after: State, me: { id: Id; handle: string }): Note[] {
  return Object.entries(after.messages).flatMap(([thread, all]) => {
    // A page that was loaded brings messages that are no news.
    if (before.messages[thread] === all || before.pages[thread] !== after.pages[thread]) return [];
    const read = after.threads[thread]?.read_seq ?? 0;
    const fresh = (message: Message) =>
      !before.messages[thread]?.[message.id] && message.seq > read && message.author.id !== me.id && names(message.text, me.handle);
    return Object.values(all).filter(fresh).map((message): Note => ({
      kind: "mention", key: `message-${message.id}`, thread,
      title: `${message.role === "assistant" ? `@${message.author.handle}` : message.author.name} mentioned you`, body: plain(message.text).slice(0, 140),
    }));
  });
}

const whoOf = (state: State, turn: Pick<Turn, "assistant">) => `@${state.assistants[turn.assistant]?.handle ?? "assistant"}`;
const place = (state: State, thread: Id) => state.threads[thread]?.title || "New thread";
