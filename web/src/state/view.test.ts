import { describe, expect, test } from "vitest";
import type { Message, Turn } from "../api/types";
import type { HeldItem } from "./model";
import { exchangesOf, partsOf, startedTurns, turnInFocus } from "./view";

const message = (id: string, seq: number, over: Partial<Message> = {}): Message => ({
  id, thread_id: "t", seq, role: "user", author: { id: "p", handle: "p", name: "P" }, text: id, created_at: seq, mentions: [], attachments: [], turn_id: null, ...over,
});
const turn = (id: string, over: Partial<Turn> = {}): Turn => ({
  id, thread_id: "t", message_id: "q1", assistant: "a", person: "p", attempt: 1, state: "done", stop_wanted: false, runs_on: null, number: null,
  queued_at: 1, started_at: 1, ended_at: 2, reply_id: null, position: null, waits: null, error: null, parked: false, detached: false, ran_with: null, usage: null, ...over,
});
const item = (id: string, seq: number, over: Partial<HeldItem> = {}): HeldItem => ({
  id, turn_id: "u", thread_id: "t", seq, kind: "text", status: "done", text: id, started_at: 1, ended_at: 2, bytes: 0, ...over,
});
const byId = <T extends { id: string }>(all: T[]) => Object.fromEntries(all.map((one) => [one.id, one]));
const log = (messages: Message[], turns: Turn[]) => exchangesOf({ messages: { t: byId(messages) }, turns: byId(turns) }, "t")
  .map(({ key, answers }) => [key, ...answers.map(({ turn: of, earlier, reply }) => `${of.id}<${earlier.map((one) => one.id)}>${reply?.id ?? ""}`)]);

describe("the log of a thread", () => {
  test("puts a reply under the message that asked, whatever was said between", () => {
    expect(log(
      [message("q1", 1), message("q2", 2), message("r1", 3, { role: "assistant", turn_id: "u1" })],
      [turn("u1")],
    )).toEqual([["q1", "u1<>r1"], ["q2"]]);
  });

  test("shows the newest attempt of each assistant, the earlier ones behind it", () => {
    expect(log([message("q1", 1)], [
      turn("u1", { state: "failed" }), turn("u2", { attempt: 2, queued_at: 5 }), turn("w1", { assistant: "b", queued_at: 2 }),
    ])).toEqual([["q1", "u2<u1>", "w1<>"]]);
  });

  test("lets a reply stand by itself when its question is on an older page", () => {
    expect(log([message("r1", 9, { role: "assistant", turn_id: "u1" })], [turn("u1")])).toEqual([["r1"]]);
  });
});

describe("a card", () => {
  const parts = (items: HeldItem[], reply: string | null) => partsOf(items, reply === null ? null : message("r", 9, { text: reply }))
    .map((part) => (part.is === "steps" ? part.items.map((one) => one.id) : part.text));

  test("keeps steps and text in their order", () => {
    expect(parts([item("a", 1, { kind: "reasoning" }), item("b", 2, { kind: "command" }), item("said", 3), item("c", 4, { kind: "command" })], null))
      .toEqual([["a", "b"], "said", ["c"]]);
  });

  test("does not move when the reply says what the items said", () => {
    const items = [item("first", 1), item("a", 2, { kind: "command" }), item("last", 3)];
    expect(parts(items, "last\n")).toEqual(["first", ["a"], "last"]);
    expect(parts(items, "first\n\nlast")).toEqual(["first", ["a"], "last"]);
  });

  test("shows the reply where the items said something else or nothing", () => {
    expect(parts([item("draft", 1), item("a", 2, { kind: "command" })], "final")).toEqual([["a"], "final"]);
    expect(parts([], "final")).toEqual(["final"]);
  });
});

test("all changes of a turn are no step, and a reply that is the proposed plan is not said twice", () => {
  const plan = item("p", 1, { kind: "proposal", text: "# Do" });
  const parts = partsOf([plan, item("d", 2, { kind: "turn_diff", text: "diff" })], message("r", 9, { text: "# Do" }));
  expect(parts.map((part) => (part.is === "steps" ? part.items.map(({ id }) => id) : part.text))).toEqual([["p"]]);
});

test("steps are fetched of the last attempt at each answer only", () => {
  const turns = byId([turn("u1", { state: "failed" }), turn("u2", { attempt: 2, queued_at: 3 }), turn("b1", { assistant: "b", queued_at: 2 }), turn("q", { message_id: "q2", started_at: null })]);
  expect(startedTurns({ turns }, "t")).toEqual(["u2", "b1"]);
});

test("the turn that is looked at is the one asked for, else what runs, else what ended last", () => {
  const focus = (turns: Turn[], asked: string | null = null) => {
    const found = turnInFocus(byId(turns), "t", asked);
    return found && [found.turn.id, ...found.beside.map(({ id }) => id)];
  };
  const done = [turn("a1", { ended_at: 20 }), turn("b1", { assistant: "b", ended_at: 30 }), turn("a2", { message_id: "q2", queued_at: 10, ended_at: 15 })];
  expect(focus([])).toBeNull();
  expect(focus([turn("x", { thread_id: "other" })])).toBeNull();
  expect(focus(done)).toEqual(["b1", "a1", "b1"]);
  expect(focus(done, "a2")).toEqual(["a2", "a2"]);
  expect(focus(done, "gone")?.[0]).toBe("b1");
  const running = turn("c1", { message_id: "q3", state: "running", queued_at: 5, ended_at: null });
  const queued = turn("c2", { message_id: "q4", state: "queued", queued_at: 50, started_at: null, ended_at: null });
  expect(focus([...done, running, queued])?.[0]).toBe("c1");
  expect(focus([...done, queued])?.[0]).toBe("c2");
  // An earlier attempt has no others beside it.
  expect(focus([turn("r1", { state: "failed", error: null }), turn("r2", { attempt: 2, queued_at: 4, ended_at: 9 })], "r1")).toEqual(["r1", "r1"]);
});
