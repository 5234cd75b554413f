import { describe, expect, test } from "vitest";
import type { Assistant, Question, Thread, Turn } from "../api/types";
import { emptyState, type HeldItem, type State } from "./model";
import { names, needsMe, rowsFor, threadFact, threadGroups, threadLamp, unreadThreads } from "./rows";

const NOW = new Date(2026, 10, 20, 15).getTime();
const DAY = 86_400_000;
const thread = (over: Partial<Thread> = {}): Thread => ({
  id: "t1", title: "One", visibility: "private", assistant_id: null, created_by: "p1", created_at: 1, last_message_at: NOW,
  last_seq: 9, archived_at: null, carried: null, state: "idle", last: null, read_seq: 9, unread: 0, 
  settings: { backend: null, effort: null, fast: false, folder: null, home: "house", model: null, permission: "standard", plan: false, show_reasoning: true }, ...over,
});
const turn = (over: Partial<Turn> = {}): Turn => ({
  id: "u1", thread_id: "t1", message_id: "m1", assistant: "a1", person: "p1", attempt: 1, state: "running", stop_wanted: false,
  runs_on: null, number: null, queued_at: 1, started_at: 2, ended_at: null, reply_id: null, position: null, waits: null, error: null, parked: false, detached: false, ran_with: null, usage: null, ...over,
});
const state: State = {
  ...emptyState(),
  session: { person: { id: "p1", handle: "mara", name: "Mara", role: "admin" }, workspace: { name: "W" }, demo: false, version: "0" } as State["session"],
  assistants: { a1: { id: "a1", handle: "chatgpt" } as Assistant },
  people: { p2: { id: "p2", handle: "jo", name: "Jonas L", role: "member" } as State["people"][string] },
};

test("what needs somebody stands first, then what is of today", () => {
  const rows = [thread({ id: "a" }), thread({ id: "b", state: "needs_you", last_message_at: NOW - 3 * DAY }), thread({ id: "c", last_message_at: NOW - DAY })];
  expect(threadGroups(rows, NOW).map(({ name, threads }) => [name, ...threads.map((one) => one.id)])).toEqual([["Needs you", "b"], ["Today", "a"], ["Earlier", "c"]]);
});

test("a lamp says in words what it shows, unread ones counted", () => {
  const rows: [Partial<Thread>, string, string | undefined][] = [
    [{}, "none", undefined], [{ unread: 3 }, "unread", "3 unread"], [{ state: "running", unread: 1 }, "running", "Running, 1 unread"],
    [{ state: "needs_you" }, "needs", "Needs you"], [{ state: "failed" }, "failed", "Failed"],
  ];
  for (const [over, lamp, label] of rows) expect(threadLamp(thread(over))).toEqual({ lamp, label });
});

test("the tab counts threads with something new, archived ones left out", () => {
  const threads = { a: thread({ unread: 2 }), b: thread({ id: "b" }), c: thread({ id: "c", unread: 1, archived_at: 5 }) };
  expect(unreadThreads({ threads })).toBe(1);
});

describe("the second line", () => {
  const fact = (over: Partial<Thread>, beside: Partial<State> = {}) => threadFact({ ...state, ...beside }, thread(over));
  const last = (author_handle: string, text: string) => ({ last: { author_handle, text } });

  test("says who said what last", () => {
    expect(fact({}).text).toBe("Nothing said yet");
    expect(fact(last("mara", "thanks")).text).toBe("You: thanks");
    expect(fact(last("jo", "16 is **enough**")).text).toBe("Jonas: 16 is enough");
    expect(fact(last("chatgpt", "Here it is")).text).toBe("@chatgpt: Here it is");
  });

  test("says that somebody was mentioned as long as it is news", () => {
    expect(fact({ ...last("jo", "what says @mara?"), unread: 1 }).text).toBe("Jonas mentioned you");
    expect(fact(last("jo", "what says @mara?")).text).toBe("Jonas: what says @mara?");
    expect([names("@maria", "mara"), names("@marathon", "mara"), names("hi @Mara.", "mara")]).toEqual([false, false, true]);
  });

  test("says how far an answer is", () => {
    const plan = { id: "i1", turn_id: "u1", kind: "plan", steps: [{ text: "a", done: true }, { text: "b", done: false }] } as unknown as HeldItem;
    expect(fact({ state: "running" }, { turns: { u1: turn() } })).toEqual({ text: "@chatgpt is answering", kind: "live" });
    expect(fact({ state: "running" }, { turns: { u1: turn({ state: "queued" }) } }).text).toBe("@chatgpt is next");
    expect(fact({ state: "running" }, { turns: { u1: turn() }, items: { u1: { i1: plan } } }).text).toBe("@chatgpt, step 2 of 2");
  });

  test("says for whom it waits where that is somebody else, and has no amber for it", () => {
    const asked = (person_id: string) => ({ id: `q-${person_id}`, turn_id: "u1", thread_id: "t1", kind: "command", state: "asked", person_id }) as Question;
    const waits = thread({ state: "needs_you" });
    const seen = (...people: string[]) => rowsFor({ ...state, questions: Object.fromEntries(people.map((id) => [id, asked(id)])) }, [waits])[0]!;
    expect([seen(), seen("p1"), seen("p2", "p1")]).toEqual([waits, waits, waits]);
    expect(seen("p2").state).toBe("running");
    const turns = { u1: turn({ state: "waiting_approval", person: "p2" }) };
    expect(threadFact({ ...state, turns }, seen("p2"))).toEqual({ text: "@chatgpt waits for Jonas L", kind: "" });
    expect([needsMe({ ...state, questions: { q: asked("p2") } }, waits), needsMe(state, waits), needsMe(state, thread())]).toEqual([false, true, false]);
  });

  test("says what is asked, and how it failed", () => {
    const question = { id: "q1", turn_id: "u1", thread_id: "t1", kind: "command", state: "asked" } as Question;
    const turns = { u1: turn({ state: "waiting_approval" }) };
    expect(fact({ state: "needs_you" }, { turns }).text).toBe("@chatgpt waits for you");
    expect(fact({ state: "needs_you" }, { turns, questions: { q1: question } })).toEqual({ text: "@chatgpt asks to run a command", kind: "needs" });
    const error = { code: "timed_out", message: "", hint: "", detail: null, retry_at: null } as Turn["error"];
    expect(fact({ state: "failed" }, { turns: { u1: turn({ state: "failed", error }) } })).toEqual({ text: "@chatgpt did not answer in time", kind: "bad" });
  });
});
