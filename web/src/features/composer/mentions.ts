/** The word at the caret that may become a mention, what it may become, and who is mentioned. Pure; the server decides what a mention is. */
import type { Assistant, Id, Person, Turn } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { assistantLamp, inWords, type LampKind } from "../../state/words";

export interface Candidate {
  key: string;
  kind: "assistant" | "person";
  /** What is written, without the @. */
  handle: string;
  name: string;
  /** How it is, in words, with the lamp beside them. */
  state: string;
  lamp: LampKind;
  /** It stays in the list, with what would make it answer. */
  unusable: boolean;
  remedy: string | null;
}

/** Where an @word that ends at the caret starts, and what is typed of it; null when there is none. */
export function wordAtCaret(text: string, caret: number): { start: number; typed: string } | null {
  const found = /(^|[\s([{"'“‘,;:>])@([\p{L}\p{N}_.\-/]*)$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const typed = found[2] ?? "";
  return { start: caret - typed.length - 1, typed };
}

export interface Around {
  assistants: Assistant[];
  people: Person[];
  turns: Turn[];
  /** Who is here now, by id. */
  here: Record<Id, unknown>;
  thread: Id | null;
  me: Id | undefined;
}

export function candidatesFor(typed: string, { assistants, people, turns, here, thread, me }: Around): Candidate[] {
  const asked = typed.toLocaleLowerCase();
  const fits = (handle: string, name: string) =>
    handle.toLocaleLowerCase().startsWith(asked) || name.toLocaleLowerCase().split(/\s+/).some((word) => word.startsWith(asked));
  const busy = new Set(turns.filter((turn) => turn.thread_id === thread && turnIsOpen(turn)).map((turn) => turn.assistant));
  const isHere = (person: Person) => here[person.id] !== undefined;
  return [
    ...assistants.filter((one) => fits(one.handle, one.name)).map((one): Candidate => {
      const queues = one.usable && busy.has(one.id);
      return {
        key: one.id, kind: "assistant", handle: one.handle, name: one.name, unusable: !one.usable,
        state: queues ? "will queue" : inWords[one.state], lamp: queues ? "running" : one.usable ? "none" : assistantLamp(one),
        remedy: one.usable ? null : one.hint ?? one.message,
      };
    }),
    ...people.filter((one) => one.id !== me && fits(one.handle, one.name))
      .sort((a, b) => Number(isHere(b)) - Number(isHere(a)) || a.name.localeCompare(b.name))
      .map((one): Candidate => ({
        key: one.id, kind: "person", handle: one.handle, name: one.name, unusable: false,
        state: isHere(one) ? "here now" : "", lamp: isHere(one) ? "ready" : "none", remedy: null,
      })),
  ];
}

/** What is code is not said to anybody. */
const withoutCode = (text: string) => text.replace(/```[\s\S]*?(```|$)/g, " ").replace(/`[^`\n]*`/g, " ");

/** The assistants that a text asks, with the one that answers every message of a direct thread. */
export function askedIn(text: string, assistants: Assistant[], direct: Id | null): Assistant[] {
  const words = [...withoutCode(text).matchAll(/(?:^|[\s([{"'“‘,;:>])@([\p{L}\p{N}_.\-/]+)/gu)].map(([, word = ""]) => word.toLocaleLowerCase());
  return assistants.filter((one) => {
    const handle = one.handle.toLocaleLowerCase();
    // A full stop ends the sentence, not the name.
    return one.id === direct || words.some((word) => word === handle || word.replace(/[.\-/]+$/, "") === handle);
  });
}
