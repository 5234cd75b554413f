/** The list of threads as it is shown: order, groups, lamps, and the latest fact of each. Pure. */
import type { Id, Millis, Question, Thread, Turn } from "../api/types";
import { type State, turnIsOpen } from "./model";
import { endHeading, type LampKind, plain, sameDay, waitWords } from "./words";

export function threadRows(state: Pick<State, "threads">, archived: boolean): Thread[] {
  return Object.values(state.threads)
    .filter((thread) => (thread.archived_at !== null) === archived)
    .sort((a, b) => b.last_message_at - a.last_message_at || b.id.localeCompare(a.id));
}

/** Whether somebody waits for this person, as far as one knows: what waits for others is their business. */
export function needsMe({ questions, session }: Pick<State, "questions" | "session">, thread: Thread): boolean {
  if (thread.state !== "needs_you") return false;
  const open = Object.values(questions).filter((one) => one.thread_id === thread.id && one.state === "asked");
  return open.length === 0 || open.some((one) => one.person_id === session?.person.id);
}

/** The rows as this person is to see them: a thread that waits for somebody else is one where something runs. */
export const rowsFor = (state: Pick<State, "questions" | "session">, rows: Thread[]): Thread[] =>
  rows.map((thread) => (thread.state !== "needs_you" || needsMe(state, thread) ? thread : { ...thread, state: "running" }));

export interface ThreadGroup { name: string; threads: Thread[] }

export function threadGroups(rows: Thread[], now: Millis): ThreadGroup[] {
  const needs = rows.filter((thread) => thread.state === "needs_you");
  const rest = rows.filter((thread) => thread.state !== "needs_you");
  return [
    { name: "Needs you", threads: needs },
    { name: "Today", threads: rest.filter((thread) => sameDay(thread.last_message_at, now)) },
    { name: "Earlier", threads: rest.filter((thread) => !sameDay(thread.last_message_at, now)) },
  ].filter((group) => group.threads.length > 0);
}

/** How many threads have something new: what the title of the tab counts. */
export function unreadThreads(state: Pick<State, "threads">): number {
  return Object.values(state.threads).filter((thread) => thread.archived_at === null && thread.unread > 0).length;
}

const lamps: Record<Thread["state"], LampKind> = { idle: "none", running: "running", needs_you: "needs", failed: "failed" };
const spoken: Record<Thread["state"], string | null> = { idle: null, running: "Running", needs_you: "Needs you", failed: "Failed" };

export function threadLamp(thread: Thread): { lamp: LampKind; label: string | undefined } {
  const unread = thread.unread;
  const words = [spoken[thread.state], unread ? `${unread} unread` : null].filter(Boolean);
  return { lamp: thread.state === "idle" && unread ? "unread" : lamps[thread.state], label: words.join(", ") || undefined };
}

const asks: Record<string, string> = {
  command: "run a command", file_change: "change files", permissions: "have more permissions", question: "answer a question", form: "fill in a form",
  link: "open a page", tool: "call a tool",
};

/** What a question asks for, in a few words. */
export function questionWords(question: Pick<Question, "kind">): string {
  return asks[question.kind] ?? question.kind.replaceAll("_", " ");
}

/** The same after "asks": what the assistant would do, or what it wants of the person. */
export const askedTo = (question: Pick<Question, "kind">) =>
  (question.kind === "question" || question.kind === "form" || question.kind === "link" ? `you to ${questionWords(question)}` : `to ${questionWords(question)}`);

export interface Fact { text: string; kind: "" | "needs" | "live" | "bad" }

/** The second line of a row: the latest fact about the thread. */
export function threadFact(state: Pick<State, "session" | "assistants" | "people" | "turns" | "items" | "questions">, thread: Thread): Fact {
  // Most rows say only what was said last; that costs no look at the turns.
  const turn = thread.state === "idle" ? undefined : latestTurn(state.turns, thread);
  const handle = turn ? state.assistants[turn.assistant]?.handle : undefined;
  const who = handle ? `@${handle}` : "An assistant";
  switch (thread.state) {
    case "running": {
      if (turn?.state === "waiting_approval" && turn.person !== state.session?.person.id) return { text: `${who} waits for ${state.people[turn.person]?.name ?? "somebody else"}`, kind: "" };
      const waits = turn ? waitWords(turn, turn.person === state.session?.person.id ? null : state.people[turn.person]?.name ?? "somebody") : null;
      if (waits) return { text: `${who} waits: ${waits.why}`, kind: "" };
      return { text: turn?.state === "queued" ? `${who} is next` : `${who}${progress(state, turn)}`, kind: "live" };
    }
    case "needs_you": {
      const waiting = Object.values(state.questions).filter((one) => one.thread_id === thread.id && one.state === "asked");
      const [first] = waiting;
      if (!first) return { text: `${who} waits for you`, kind: "needs" };
      return { text: `${who} ${waiting.length > 1 ? `asks ${waiting.length} things` : `asks ${askedTo(first)}`}`, kind: "needs" };
    }
    case "failed": return { text: turn?.error ? endHeading(who, turn.error.code) : "The last answer failed", kind: "bad" };
    case "idle": return { text: lastWords(state, thread), kind: "" };
  }
}

function lastWords(state: Pick<State, "session" | "assistants" | "people">, thread: Thread): string {
  if (!thread.last) return "Nothing said yet";
  const { author_handle: author, text } = thread.last;
  const me = state.session?.person.handle;
  if (author === me) return `You: ${plain(text)}`;
  if (Object.values(state.assistants).some((one) => one.handle === author)) return `@${author}: ${plain(text)}`;
  const name = Object.values(state.people).find((one) => one.handle === author)?.name.split(" ")[0] ?? author;
  return me && thread.unread > 0 && names(text, me) ? `${name} mentioned you` : `${name}: ${plain(text)}`;
}

/** Whether a text mentions a person by handle; near enough for a line in a list. */
export function names(text: string, handle: string): boolean {
  const at = text.toLocaleLowerCase().indexOf(`@${handle.toLocaleLowerCase()}`);
  return at >= 0 && !/[\p{L}\p{N}_-]/u.test(text.slice(at + handle.length + 1, at + handle.length + 2));
}

function progress(state: Pick<State, "items">, turn: Turn | undefined): string {
  const at = turn ? planStep(state, turn.id) : null;
  return at ? `, ${at}` : " is answering";
}

/** `step 3 of 5`: how far a turn is in its plan; null without one. */
export function planStep(state: Pick<State, "items">, turn: Id): string | null {
  const plan = Object.values(state.items[turn] ?? {}).findLast((item) => item.kind === "plan" && !item.agent);
  const steps = plan?.steps ?? [];
  return steps.length ? `step ${Math.min(steps.length, steps.filter((step) => step.done).length + 1)} of ${steps.length}` : null;
}

/** The turn that the state of the thread is about, if it is here. */
function latestTurn(turns: Record<Id, Turn>, thread: Thread): Turn | undefined {
  const fits = thread.state === "failed" ? (turn: Turn) => turn.error !== null : turnIsOpen;
  let found: Turn | undefined;
  for (const turn of Object.values(turns)) {
    if (turn.thread_id === thread.id && fits(turn) && (!found || turn.queued_at > found.queued_at)) found = turn;
  }
  return found;
}
