/** What stands around the log: reading, presence, the queue, files, search, and which stretch of a thread is shown. */
import { describe, expect, test } from "vitest";
import type { Attachment, Message, Queued, Thread } from "../api/types";
import { type Change, changeOf } from "./change";
import { typingIn, typingWords } from "./here";
import { emptyState, type State } from "./model";
import { reduce } from "./reduce";
import { exchangesOf } from "./view";
import { attachmentsOf, uploadsOf } from "./writing";

const after = (changes: Change[], from: State = emptyState()) => changes.reduce(reduce, from);
const hear = (event: string, data: unknown, id?: string): Change => changeOf({ id, event, data: JSON.stringify(data) }, 1000)!;

const thread = (over: Partial<Thread> = {}): Thread => ({
  id: "t1", title: "One", visibility: "private", assistant_id: null, created_by: "p1", created_at: 1, last_message_at: 1,
  last_seq: 9, archived_at: null, carried: null, state: "idle", last: null, read_seq: 4, unread: 5, 
  settings: { backend: null, effort: null, fast: false, folder: null, home: "house", model: null, permission: "standard", plan: false, show_reasoning: true }, ...over,
});
const messages = (from: number, to: number): Message[] => Array.from({ length: to - from + 1 }, (_, n): Message => ({
  id: `m${from + n}`, thread_id: "t1", seq: from + n, role: "user", author: { id: "p1", handle: "mara", name: "Mara" }, text: "",
  created_at: 1, mentions: [], attachments: [], turn_id: null,
}));
const page = (from: number, to: number, over: { next?: string | null; newer?: string | null } = {}) => ({ items: messages(from, to), turns: [], pos: "e.1", ...over });

describe("reading", () => {
  const reading = (state: State) => [state.threads["t1"]?.read_seq, state.threads["t1"]?.unread];

  test("is told at once and never goes back", () => {
    const read = after([{ type: "thread", at: 1, thread: thread() }, { type: "read", thread: "t1", seq: 9 }]);
    expect(reading(read)).toEqual([9, 0]);
    expect(reading(after([{ type: "read", thread: "t1", seq: 3 }], read))).toEqual([9, 0]);
  });

  test("outlives a copy of the thread from before it", () => {
    const read = after([{ type: "thread", at: 1, thread: thread() }, { type: "read", thread: "t1", seq: 9 }]);
    expect(reading(after([{ type: "thread", at: 2, thread: thread({ title: "Named" }) }], read))).toEqual([9, 0]);
    expect(reading(after([{ type: "thread", at: 3, thread: thread({ last_seq: 11, unread: 7 }) }], read))).toEqual([9, 2]);
  });
});

describe("the stretch of a thread that is shown", () => {
  const put = (what: "newest" | "older" | "newer" | "around", of: ReturnType<typeof page>): Change => ({ type: "thread_page", thread: "t1", page: of, what });
  const shown = (state: State) => {
    const { from, to } = state.pages["t1"]!;
    return [from, to, exchangesOf(state, "t1", state.pages["t1"]).map(({ message }) => message.seq)];
  };

  test("is its end, and grows with what is older", () => {
    const state = after([put("newest", page(5, 6, { next: "c5" }))]);
    expect(shown(state)).toEqual([5, null, [5, 6]]);
    expect(shown(after([put("older", page(1, 4, { next: null }))], state))).toEqual([1, null, [1, 2, 3, 4, 5, 6]]);
  });

  test("after a jump is what lies around the message, without the end that is held too", () => {
    const jumped = after([put("newest", page(20, 21, { next: "c20" })), put("around", page(5, 7, { next: "c5", newer: "c7" }))]);
    expect(shown(jumped)).toEqual([5, 7, [5, 6, 7]]);
    const further = after([put("newer", page(8, 10, { next: "c10" }))], jumped);
    expect(shown(further)).toEqual([5, 10, [5, 6, 7, 8, 9, 10]]);
    expect(shown(after([put("newer", page(11, 21, { next: null }))], further))).toEqual([5, null, Array.from({ length: 17 }, (_, n) => n + 5)]);
    expect(shown(after([put("newest", page(20, 21, { next: "c20" }))], jumped))).toEqual([20, null, [20, 21]]);
  });

  test("read again after a reset has no hidden hole", () => {
    const state = after([put("newest", page(1, 3, { next: null }))]);
    expect(shown(after([put("newest", page(4, 6, { next: "c4" }))], state))).toEqual([1, null, [1, 2, 3, 4, 5, 6]]);
    expect(shown(after([put("newest", page(8, 9, { next: "c8" }))], state))).toEqual([8, null, [8, 9]]);
  });

  test("is the whole of an empty thread", () => {
    expect(after([put("newest", { items: [], turns: [], pos: "e.1" })]).pages["t1"]).toEqual({ older: null, newer: null, from: 1, to: null });
  });
});

describe("presence", () => {
  const sign = (over: object): Change => hear("presence", { person_id: "p2", here: true, thread_id: "t1", typing: true, expires_at: 5, ...over });

  test("counts in this browser's own time", () => {
    const { presence } = after([sign({})]);
    expect(typingIn(presence, "t1", 1000, "p1")).toEqual(["p2"]);
    expect(typingIn(presence, "t1", 7000, "p1")).toEqual([]);
    expect(typingIn(presence, "t2", 1000, "p1")).toEqual([]);
    expect(typingIn(presence, "t1", 1000, "p2")).toEqual([]);
  });

  test("ends when somebody leaves, and is told anew on a new connection", () => {
    expect(after([sign({}), sign({ here: false })]).presence).toEqual({});
    expect(after([sign({}), hear("ready", { pos: "e.1" })]).presence).toEqual({});
  });

  test("is told in words", () => {
    expect([[], ["Jo"], ["Jo", "Ines"], ["Jo", "Ines", "Mo"], ["Jo", "Ines", "Mo", "Al"]].map(typingWords)).toEqual([
      "", "Jo is typing", "Jo and Ines are typing", "Jo, Ines and 1 other is typing", "Jo, Ines and 2 others are typing",
    ]);
  });
});

test("members and people follow the stream", () => {
  const state = after([
    { type: "thread", at: 1, thread: thread() },
    hear("members", { thread_id: "t1", members: [{ id: "p2", handle: "jo", name: "Jo" }] }, "e.2"),
    hear("person", { id: "p2", handle: "jo", name: "Jo", role: "member" }, "e.3"),
  ]);
  expect(state.threads["t1"]?.members?.map((member) => member.handle)).toEqual(["jo"]);
  expect(Object.keys(state.people)).toEqual(["p2"]);
  expect(after([hear("person", { id: "p2", removed: true }, "e.4")], state).people).toEqual({});
});

test("an answer about the queue that the stream overtook changes nothing", () => {
  const queued = (id: string, place: number): Queued => ({ id, thread_id: "t1", text: id, attachments: [], created_at: 1, place, held: null });
  const told = after([hear("queue", { thread_id: "t1", items: [queued("b", 2), queued("a", 1)] }, "e.5")]);
  expect(told.queues["t1"]?.map((one) => one.id)).toEqual(["a", "b"]);
  expect(after([{ type: "queue", asked: { since: undefined }, thread: "t1", items: [] }], told).queues["t1"]).toHaveLength(2);
});

describe("files of a message that is written", () => {
  const attachment: Attachment = { id: "a1", name: "x.csv", size: 3, media_type: "text/csv", kind: "text", width: null, height: null };
  const begun: Change = {
    type: "upload", place: "t1", upload: { key: "k", name: "x.csv", size: 3, state: "uploading", progress: 0, attachment: null, reason: null },
  };

  test("go with it once they are there", () => {
    const state = after([begun, { type: "upload_progress", place: "t1", key: "k", progress: 0.5 }, { type: "upload_done", place: "t1", key: "k", attachment }]);
    expect(attachmentsOf(uploadsOf(state, "t1"))).toEqual([attachment]);
    expect(uploadsOf(after([{ type: "uploads_taken", place: "t1" }], state), "t1")).toEqual([]);
  });

  test("that were removed stay removed, whatever comes late", () => {
    const state = after([begun, { type: "upload_removed", place: "t1", key: "k" }, { type: "upload_done", place: "t1", key: "k", attachment }]);
    expect(state.uploads).toEqual({});
  });
});

describe("a search", () => {
  const hit = (id: string) => ({ thread: { id, title: id }, message: null, snippet: [] });
  const found = (query: string, ids: string[], more = false): Change => ({ type: "search_found", query, thread: null, page: { items: ids.map(hit), next: null }, more });
  const ids = (state: State) => state.search?.hits.map((one) => one.thread.id);

  test("shows the answer to what was asked last", () => {
    const state = after([{ type: "search_asked", query: "a", thread: null }, { type: "search_asked", query: "ab", thread: null }, found("a", ["old"]), found("ab", ["new"])]);
    expect(ids(state)).toEqual(["new"]);
    expect(ids(after([found("ab", ["next"], true)], state))).toEqual(["new", "next"]);
  });

  test("keeps what was found in sight until the next answer, but not that of another thread", () => {
    const state = after([{ type: "search_asked", query: "a", thread: null }, found("a", ["one"])]);
    expect(ids(after([{ type: "search_asked", query: "ab", thread: null }], state))).toEqual(["one"]);
    expect(ids(after([{ type: "search_asked", query: "a", thread: "t1" }], state))).toEqual([]);
  });

  test("that failed says why", () => {
    const state = after([{ type: "search_asked", query: "a", thread: null }, { type: "search_failed", query: "a", thread: null, reason: "too much" }]);
    expect([state.search?.state, state.search?.reason]).toEqual(["failed", "too much"]);
    expect(after([{ type: "search_closed" }], state).search).toBe(null);
  });
});
