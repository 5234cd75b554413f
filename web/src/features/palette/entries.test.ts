import { expect, test } from "vitest";
import type { Hit, Thread } from "../../api/types";
import { type Asked, type Command, fits, groupsFor } from "./entries";

const thread = (id: string, title: string): Asked["threads"][number] => ({
  thread: {
    id, title, visibility: "private", assistant_id: null, created_by: "p1", created_at: 1, last_message_at: 1, last_seq: 0,
    archived_at: null, state: "idle", last: null,
  } as Thread,
  lamp: "none",
});
const command = (id: string, label: string): Command => ({ id, label, icon: "plus", act: () => {} });
const message = (id: string): Hit => ({
  thread: { id: "t1", title: "One" }, snippet: [{ text: "a hit", hit: true }],
  message: { id, seq: 4, role: "user", author: { id: "p1", handle: "mara", name: "Mara" }, created_at: 1 },
});
const titled = (id: string): Hit => ({ thread: { id, title: `Thread ${id}` }, snippet: [], message: null });
const asked = (over: Partial<Asked>): Asked => ({
  typed: "", commands: [command("new", "New thread")], threads: [thread("t1", "Gateway p95"), thread("t2", "Köln")], search: null, within: null, current: null, ...over,
});
const keys = (of: Asked) => groupsFor(of).map(({ name, entries }) => [name, ...entries.map((entry) => entry.key)]);

test("every word typed begins a word, whatever its case and accents", () => {
  const rows: [string, string, boolean][] = [
    ["gat p9", "Gateway p95", true], ["koln", "Köln", true], ["ateway", "Gateway", false], ["", "anything", true], ["gate x", "Gateway", false],
  ];
  for (const [typed, text, is] of rows) expect(fits(typed, text), typed).toBe(is);
});

test("without words it offers the newest threads and every command", () => {
  expect(keys(asked({}))).toEqual([["Threads", "thread-t1", "thread-t2"], ["Commands", "command-new"]]);
});

test("the thread one is in is found, but not offered", () => {
  expect(keys(asked({ current: "t1" }))[0]).toEqual(["Threads", "thread-t2"]);
  expect(keys(asked({ current: "t1", typed: "gat" }))[0]).toEqual(["Threads", "thread-t1"]);
});

test("what the server found stands beside what is here, each thread once", () => {
  const search = { query: "gat", thread: null, state: "here", hits: [titled("t1"), titled("t9"), message("m1")], next: null, reason: null } as const;
  expect(keys(asked({ typed: "gat", search: { ...search, hits: [...search.hits] } })))
    .toEqual([["Threads", "thread-t1", "thread-t9"], ["Messages", "message-m1"]]);
});

test("within a thread only its messages count", () => {
  const search = { query: "hit", thread: "t1", state: "here" as const, hits: [titled("t9"), message("m1")], next: null, reason: null };
  expect(keys(asked({ typed: "hit", search, within: "t1" }))).toEqual([["In this thread", "message-m1"]]);
});
