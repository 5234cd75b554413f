import { describe, expect, test } from "vitest";
import type { Delta, Item, Message, Person, Session, Thread, Turn } from "../api/types";
import { type Change, changeOf } from "./change";
import { emptyState, type Pending, type State } from "./model";
import { reduce } from "./reduce";

const after = (changes: Change[], from: State = emptyState()) => changes.reduce(reduce, from);

const thread = (over: Partial<Thread> = {}): Thread => ({
  id: "t1", title: "One", visibility: "private", assistant_id: null, created_by: "p1", created_at: 1, last_message_at: 1,
  last_seq: 0, read_seq: 0, unread: 0, archived_at: null, carried: null, state: "idle", last: null, 
  settings: { backend: null, effort: null, fast: false, folder: null, home: "house", model: null, permission: "standard", plan: false, show_reasoning: true }, ...over,
});
const message = (over: Partial<Message> = {}): Message => ({
  id: "m1", thread_id: "t1", seq: 1, role: "user", author: { id: "p1", handle: "mara", name: "Mara" }, text: "hi",
  created_at: 1, mentions: [], attachments: [], turn_id: null, ...over,
});
const turn = (over: Partial<Turn> = {}): Turn => ({
  id: "u1", thread_id: "t1", message_id: "m1", assistant: "a1", person: "p1", attempt: 1, state: "running", stop_wanted: false,
  runs_on: null, number: null, queued_at: 1, started_at: 2, ended_at: null, reply_id: null, position: null, waits: null, error: null, parked: false, detached: false, ran_with: null, usage: null, ...over,
});
const item = (over: Partial<Item> = {}): Item => ({
  id: "i1", turn_id: "u1", thread_id: "t1", seq: 1, kind: "text", status: "open", text: "", started_at: 2, ended_at: null, ...over,
});
const delta = (offset: number, text: string): Change => ({
  type: "delta", delta: { thread_id: "t1", turn_id: "u1", item_id: "i1", offset, text } satisfies Delta,
});

const open: Change[] = [
  { type: "thread_page", thread: "t1", page: { items: [message()], turns: [turn()], pos: "e.1" }, what: "newest" },
  { type: "turn_items", turn: "u1", page: { items: [item()], pos: "e.1" } },
];
const textOf = (state: State) => state.items["u1"]?.["i1"]?.text;

describe("deltas", () => {
  test("offsets count UTF-8 bytes, not characters", () => {
    const state = after([...open, delta(0, "größe "), delta(8, "👩‍💻"), delta(19, "!")]);
    expect(textOf(state)).toBe("größe 👩‍💻!");
    expect(state.wants.turns).toEqual([]);
  });

  test("one that is already here is dropped", () => {
    expect(textOf(after([...open, delta(0, "ab"), delta(0, "ab"), delta(1, "b")]))).toBe("ab");
  });

  test("one that overlaps adds only what is new", () => {
    expect(textOf(after([...open, delta(0, "aé"), delta(1, "éb")]))).toBe("aéb");
  });

  test("one past a gap asks for the turn again and waits", () => {
    const state = after([...open, delta(0, "ab"), delta(4, "ef")]);
    expect(textOf(state)).toBe("ab");
    expect(state.wants.turns).toEqual(["u1"]);
    const filled = after([{ type: "turn_items", turn: "u1", page: { items: [item({ text: "abcd" })], pos: "e.2" } }], state);
    expect(textOf(filled)).toBe("abcdef");
  });

  test("of a thread that is not read here cost nothing", () => {
    expect(after([delta(0, "ab")])).toEqual(emptyState());
  });

  test("after the end change nothing", () => {
    const ended: Change = { type: "item", at: 5, item: item({ status: "done", text: "done" }) };
    expect(textOf(after([...open, ended, delta(4, "late")]))).toBe("done");
  });
});

describe("copies", () => {
  test("an older position never wins", () => {
    const state = after([
      { type: "thread", at: 9, thread: thread({ title: "New" }) },
      { type: "thread_list", page: { items: [thread({ title: "Old" })], pos: "e.8" }, of: "threads" },
    ]);
    expect(state.threads["t1"]?.title).toBe("New");
  });

  test("an answer that the stream overtook changes nothing but the members", () => {
    const asked = { since: undefined };
    const state = after([
      { type: "thread", at: 5, thread: thread({ title: "Named", state: "failed" }) },
      { type: "thread", asked, thread: thread({ members: [{ id: "p1", handle: "mara", name: "Mara" }] }) },
      { type: "turn", at: 6, turn: turn({ state: "running" }) },
      { type: "turn", asked, turn: turn({ state: "queued" }) },
    ]);
    expect(state.threads["t1"]).toEqual({ ...thread({ title: "Named", state: "failed" }), members: [{ id: "p1", handle: "mara", name: "Mara" }] });
    expect(state.turns["u1"]?.state).toBe("running");
    const told = after([{ type: "turn", asked: { since: 6 }, turn: turn({ stop_wanted: true }) }], state);
    expect(told.turns["u1"]?.stop_wanted).toBe(true);
  });

  test("a checkpoint that is behind the deltas takes nothing away", () => {
    const state = after([...open, delta(0, "abcd"), { type: "item", at: 3, item: item({ text: "ab" }) }]);
    expect(textOf(state)).toBe("abcd");
  });

  test("an ended turn and an ended item never open again", () => {
    const state = after([
      ...open,
      { type: "turn", at: 7, turn: turn({ state: "done" }) },
      { type: "item", at: 7, item: item({ status: "done", text: "x" }) },
      { type: "item", item: item({ text: "x and more" }) },
      { type: "turn", turn: turn() },
    ]);
    expect(state.turns["u1"]?.state).toBe("done");
    expect(state.items["u1"]?.["i1"]?.status).toBe("done");
  });

  test("a deleted thread stays deleted, whatever comes late", () => {
    const state = after([
      ...open,
      { type: "thread", at: 2, thread: thread() },
      { type: "thread_deleted", at: 4, id: "t1" },
      { type: "thread", at: 3, thread: thread() },
      { type: "message", at: 3, message: message() },
      delta(0, "x"),
    ]);
    expect([state.threads, state.messages, state.turns, state.items]).toEqual([{}, {}, {}, {}]);
  });
});

test("what one person saw is gone when another signs in, also without signing out", () => {
  const as = (id: string): Change => ({ type: "session", session: { person: { id } as Person } as Session });
  const first = after([as("p1"), ...open, { type: "thread", thread: thread() }]);
  expect(Object.keys(after([as("p1")], first).threads)).toEqual(["t1"]);
  const second = after([as("p2")], first);
  expect([second.threads, second.messages, second.pages, second.session?.person.id]).toEqual([{}, {}, {}, "p2"]);
});

describe("the outbox", () => {
  const pending: Pending = { kind: "post", refused: false, client_id: "c1", thread_id: "t1", text: "hi", attachments: [], created_at: 1, state: "sending", reason: null };

  test("a message replaces its echo, whether the stream or the answer is first", () => {
    const own = message({ client_id: "c1" });
    const streamed = after([{ type: "posting", pending }, { type: "message", at: 2, message: own }]);
    const answered = after([{ type: "posting", pending }, { type: "posted", client_id: "c1", message: own }]);
    for (const state of [streamed, answered]) {
      expect(state.outbox).toEqual([]);
      expect(Object.keys(state.messages["t1"] ?? {})).toEqual(["m1"]);
    }
  });

  test("a refusal keeps the text and says why", () => {
    const state = after([{ type: "posting", pending }, { type: "not_posted", client_id: "c1", refused: true, reason: "the disk is full" }]);
    expect(state.outbox).toEqual([{ ...pending, state: "failed", refused: true, reason: "the disk is full" }]);
  });
});

describe("a reset", () => {
  test("asks for everything, and what the fresh snapshot lacks is gone", () => {
    const asked = after([...open, { type: "thread", at: 2, thread: thread() }, { type: "reset" }]);
    expect(asked.wants.everything).toBe(true);
    const state = after([{ type: "fresh", list: { items: [thread({ id: "t2" })], pos: "f.1" }, open: null }], asked);
    expect(Object.keys(state.threads)).toEqual(["t2"]);
    expect([state.messages, state.turns, state.items]).toEqual([{}, {}, {}]);
  });

  test("loses nothing that the stream says while the fresh snapshot is on its way", () => {
    const state = after([
      ...open,
      { type: "thread", at: 90, thread: thread({ title: "Before, at a higher position" }) },
      { type: "reset" },
      { type: "thread", at: 7, thread: thread({ title: "Told since" }) },
      { type: "message", at: 8, message: message({ id: "m2", seq: 2 }) },
      { type: "thread_deleted", at: 9, id: "t3" },
      {
        type: "fresh",
        list: { items: [thread({ title: "As listed" }), thread({ id: "t2" }), thread({ id: "t3" })], pos: "f.5" },
        open: { thread: thread({ title: "As read" }), asked: { since: undefined }, page: { items: [message()], turns: [turn()], pos: "f.6" }, items: [] },
      },
    ]);
    expect(Object.values(state.threads).map(({ id, title }) => [id, title])).toEqual([["t1", "Told since"], ["t2", "One"]]);
    expect(Object.keys(state.messages["t1"] ?? {}).sort()).toEqual(["m1", "m2"]);
  });

  test("of one thread asks for that thread, even if it was lost before", () => {
    const state = after([{ type: "thread_deleted", at: 4, id: "t1" }, { type: "reset", thread: "t1" }, { type: "thread", at: 5, thread: thread() }]);
    expect(state.wants.threads).toEqual(["t1"]);
    expect(state.threads["t1"]?.title).toBe("One");
  });
});

test("a frame this page does not know is no change", () => {
  expect(changeOf({ event: "weather", data: "{}" }, 0)).toBe(null);
  expect(changeOf({ event: "turn", data: "not json" }, 0)).toBe(null);
});

describe("a turn that was put back after a crash", () => {
  test("loses what the dead run had produced", () => {
    const state = after([
      ...open,
      { type: "turn", at: 5, turn: turn({ state: "queued", started_at: null }) },
      { type: "turn", at: 6, turn: turn({ state: "running", started_at: 9 }) },
      { type: "item", at: 7, item: item({ id: "i2", started_at: 9 }) },
    ]);
    expect(Object.keys(state.items["u1"] ?? {})).toEqual(["i2"]);
  });

  test("keeps what belongs to its present run", () => {
    const state = after([...open, { type: "turn", at: 5, turn: turn({ state: "done" }) }]);
    expect(Object.keys(state.items["u1"] ?? {})).toEqual(["i1"]);
  });
});

test("a new name or role of one's own is known everywhere at once", () => {
  const person = { id: "p1", handle: "mara", name: "Mara", role: "member" as const };
  const session = { person, workspace: { name: "" }, demo: false, version: "0" } as Session;
  const before = reduce(emptyState(), { type: "session", session });
  const renamed = reduce(before, { type: "person", person: { ...person, name: "Mara O", role: "admin" } as Person });
  expect(renamed.session?.person).toMatchObject({ name: "Mara O", role: "admin" });
  expect(renamed.people["p1"]?.name).toBe("Mara O");
  expect(reduce(before, { type: "person", person: { ...person, id: "p2" } as Person }).session).toBe(before.session);
});
