/** What waits for whom, and what was settled lately. Pure. */
import type { Id, Millis, Question } from "../api/types";
import type { State } from "./model";
import { sameDay } from "./words";

type Held = Pick<State, "questions">;
const byTime = (a: Question, b: Question) => a.asked_at - b.asked_at || a.id.localeCompare(b.id);

/** What one person has to decide, in the order it was asked; in one thread or in all. */
export function waitingFor({ questions }: Held, me: Id | undefined, thread?: Id): Question[] {
  return Object.values(questions)
    .filter((one) => one.state === "asked" && one.person_id === me && (thread === undefined || one.thread_id === thread))
    .sort(byTime);
}

/** What others have to decide, as far as one can see it. */
export function waitingForOthers({ questions }: Held, me: Id | undefined): Question[] {
  return Object.values(questions).filter((one) => one.state === "asked" && one.person_id !== me).sort(byTime);
}

const settledAt = (question: Question): Millis => question.decided_at ?? question.asked_at;

export function settledToday({ questions }: Held, now: Millis): Question[] {
  return Object.values(questions)
    .filter((one) => one.state !== "asked" && sameDay(settledAt(one), now))
    .sort((a, b) => settledAt(b) - settledAt(a));
}

/** What a turn asked, in its order. */
export function askedBy({ questions }: Held, turn: Id): Question[] {
  return Object.values(questions).filter((one) => one.turn_id === turn).sort(byTime);
}
