/** The word at the caret that may become a mention, and what it may become. Pure; the server decides what a mention is. */
import type { Assistant, Id, Person, Turn } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { inWords, type LampKind } from "../../state/words";

export interface Candidate {
  key: string;
  kind: "assistant" | "person";
  /** What is written, without the @. */
  handle: string;
  name: string;
  state: string;
  lamp: LampKind;
}

/** Where an @word that ends at the caret starts, and what is typed of it; null when there is none. */
export function wordAtCaret(text: string, caret: number): { start: number; typed: string } | null {
  const found = /(^|[\s([{"'“‘,;:>])@([\p{L}\p{N}_.\-/]*)$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const typed = found[2] ?? "";
  return { start: caret - typed.length - 1, typed };
}

export function candidatesFor(
  typed: string,
  { assistants, people, turns, thread, me }: { assistants: Assistant[]; people: Person[]; turns: Turn[]; thread: Id | null; me: Id | undefined },
): Candidate[] {
  const asked = typed.toLocaleLowerCase();
  const fits = (handle: string, name: string) =>
    handle.toLocaleLowerCase().startsWith(asked) || name.toLocaleLowerCase().split(/\s+/).some((word) => word.startsWith(asked));
  const busy = new Set(turns.filter((turn) => turn.thread_id === thread && turnIsOpen(turn)).map((turn) => turn.assistant));
  return [
    ...assistants.filter((one) => fits(one.handle, one.name)).map((one): Candidate => {
      const queues = one.state === "ready" && busy.has(one.id);
      return {
        key: one.id, kind: "assistant", handle: one.handle, name: one.name,
        state: queues ? "will queue" : inWords[one.state], lamp: queues ? "running" : one.state === "ready" ? "none" : "off",
      };
    }),
    ...people.filter((one) => one.id !== me && fits(one.handle, one.name)).map((one): Candidate => (
      { key: one.id, kind: "person", handle: one.handle, name: one.name, state: "", lamp: "none" }
    )),
  ];
}
