/** Who is here, and who writes. Pure; owns how long a sign of typing counts. */
import type { Id, Presence } from "../api/types";
import type { State } from "./model";

/** A sign of typing is repeated every 3 s while somebody writes, and is over when it was not. */
export const TYPING_MS = 6000;

export function putPresence(state: State, said: Presence, heard: number): State {
  if (!said.here) {
    const { [said.person_id]: _left, ...presence } = state.presence;
    return { ...state, presence };
  }
  const typingUntil = said.typing ? heard + TYPING_MS : 0;
  return { ...state, presence: { ...state.presence, [said.person_id]: { thread: said.thread_id, typingUntil } } };
}

/** Who writes in a thread now, other than oneself, by id. */
export function typingIn(presence: State["presence"], thread: Id, now: number, me: Id | undefined): Id[] {
  return Object.entries(presence)
    .filter(([id, at]) => id !== me && at.thread === thread && at.typingUntil > now)
    .map(([id]) => id)
    .sort();
}

/** “Jonas is typing”, “Jonas and Ines are typing”, “Jonas, Ines and 2 others are typing”. */
export function typingWords(names: string[]): string {
  const [one, two] = names;
  if (one === undefined) return "";
  if (two === undefined) return `${one} is typing`;
  if (names.length === 2) return `${one} and ${two} are typing`;
  const others = names.length - 2;
  return `${one}, ${two} and ${others} ${others === 1 ? "other is" : "others are"} typing`;
}
