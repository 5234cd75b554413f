import { describe, expect, test } from "vitest";
import type { Assistant, Message, Question, Thread, Turn } from "../../api/types";
import { emptyState, type State } from "../../state/model";
import { notesBetween } from "./notes";

const turn = (over: Partial<Turn> = {}): Turn => ({
  id: "u1", thread_id: "t1", message_id: "m1", assistant: "a1", person: "p1", attempt: 1, state: "running", stop_wanted: false,
  runs_on: null, number: null, queued_at: 1, started_at: 2, ended_at: null, reply_id: null, position: null, waits: null, error: null, parked: false, detached: false, ran_with: null, usage: null, ...over,
});
const message = (over: Partial<Message> = {}): Message => ({
  id: "m9", thread_id: "t1", seq: 9, role: "user", author: { id: "p2", handle: "jo", name: "Jonas" }, text: "@mara look", created_at: 1,
  mentions: [], attachments: [], turn_id: null, ...over,
});
const base: State = {
  ...emptyState(),
  session: { person: { id: "p1", handle: "mara", name: "Mara", role: "member" } } as State["session"],
  list: { older: null },
  assistants: { a1: { id: "a1", handle: "chatgpt" } as Assistant },
  threads: { t1: { id: "t1", title: "Gateway", read_seq: 4 } as Thread },
  turns: { u1: turn() },
};
const kinds = (after: Partial<State>, before: State = base) => notesBetween(before, { ...before, ...after }).map(({ kind, title, body }) => [kind, title, body]);

describe("a note is worth telling", () => {
  test("when an answer one asked for has come or has failed", () => {
    expect(kinds({ turns: { u1: turn({ state: "done" }) } })).toEqual([["done", "@chatgpt answered", "Gateway"]]);
    const error = { code: "rate_limited", message: "", hint: "", detail: null, retry_at: null } as Turn["error"];
    expect(kinds({ turns: { u1: turn({ state: "failed", error }) } })).toEqual([["failed", "@chatgpt has used up its limit", "Gateway"]]);
  });

  test("when one is asked or mentioned", () => {
    const question = { id: "q1", turn_id: "u1", thread_id: "t1", kind: "command", state: "asked", person_id: "p1", assistant_id: "a1" } as Question;
    expect(kinds({ questions: { q1: question } })).toEqual([["needs", "@chatgpt asks to run a command", "Gateway"]]);
    expect(kinds({ messages: { t1: { m9: message() } } })).toEqual([["mention", "Jonas mentioned you", "@mara look"]]);
  });
});

test("old news, one's own doings and what is another's are not worth telling", () => {
  expect(kinds({ turns: { u1: turn({ state: "cancelled" }) } })).toEqual([]);
  expect(kinds({ turns: { u1: turn(), u2: turn({ id: "u2", state: "done" }) } })).toEqual([]);
  expect(kinds({ turns: { u1: turn({ person: "p2", state: "done" }) } }, { ...base, turns: { u1: turn({ person: "p2" }) } })).toEqual([]);
  expect(kinds({ messages: { t1: { m9: message({ seq: 3 }) } } })).toEqual([]);
  expect(kinds({ messages: { t1: { m9: message({ author: { id: "p1", handle: "mara", name: "Mara" } }) } } })).toEqual([]);
  const loaded = { t1: { older: null, newer: null, from: 1, to: null } };
  expect(kinds({ messages: { t1: { m9: message() } }, pages: loaded })).toEqual([]);
  expect(kinds({ messages: { t1: { m9: message() } } }, { ...base, list: null })).toEqual([]);
});
