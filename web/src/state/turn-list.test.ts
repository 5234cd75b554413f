import { expect, test } from "vitest";
import type { Message, Thread, Turn } from "../api/types";
import { emptyState, type State } from "./model";
import { reduce } from "./reduce";
import { openTurns, turnRows, type TurnsOf } from "./turn-list";

const ALL: TurnsOf = { state: "all", mine: false };
const turn = (id: string, over: Partial<Turn> = {}): Turn => ({
  id, thread_id: "t", message_id: `m-${id}`, assistant: "a", person: "p", attempt: 1, state: "done", stop_wanted: false, runs_on: null, number: null,
  queued_at: 1, started_at: 1, ended_at: 2, reply_id: null, position: null, waits: null, error: null, parked: false, detached: false, ran_with: null, usage: null, ...over,
});
const row = (of: Turn) => ({ turn: of, title: "One", seq: 3, words: `about ${of.id}` });
const page = (turns: Turn[], next: string | null = null, pos = "e.5") => ({ items: turns.map(row), next, pos });
const ids = (state: State, of = ALL, me = "p") => turnRows(state, of, me).map((one) => one.turn.id);
const read = (state: State, turns: Turn[], next: string | null, of = ALL) => reduce(state, { type: "turn_page", of, page: page(turns, next) });

test("a list has what was read, newest first, and what the stream tells since", () => {
  const first = read(emptyState(), [turn("05"), turn("04")], "04");
  expect(ids(first)).toEqual(["05", "04"]);
  // One of before the list is not in it, whoever told of it; one that came since is.
  const told = [turn("01"), turn("07", { state: "running", ended_at: null })].reduce((s, one) => reduce(s, { type: "turn", at: 9, turn: one }), first);
  expect(ids(told)).toEqual(["07", "05", "04"]);
  const older = read(told, [turn("03"), turn("01")], null);
  expect(ids(older)).toEqual(["07", "05", "04", "03", "01"]);
});

test("each list has its own, and what is open is in all of them", () => {
  const all = [turn("05", { person: "q" }), turn("04", { state: "failed" }), turn("03", { state: "queued", ended_at: null })];
  let state = read(emptyState(), all, null);
  state = read(state, all.slice(1, 2), null, { state: "failed", mine: true });
  state = read(state, all.slice(2), null, { state: "running", mine: false });
  expect(ids(state, { state: "failed", mine: true })).toEqual(["04"]);
  expect(ids(state, { state: "running", mine: false })).toEqual(["03"]);
  expect(ids(state, { state: "all", mine: true })).toEqual([]);
  expect(openTurns(state)).toBe(1);
  const ended = reduce(state, { type: "turn", at: 9, turn: turn("03", { state: "failed" }) });
  expect(ids(ended, { state: "running", mine: false })).toEqual([]);
  expect(ids(ended, { state: "failed", mine: true })).toEqual(["04", "03"]);
  expect(openTurns(ended)).toBe(0);
});

test("a late page does not take back what the stream told", () => {
  const told = reduce(emptyState(), { type: "turn", at: 9, turn: turn("05") });
  const late = read(told, [turn("05", { state: "running", ended_at: null })], null);
  expect(turnRows(late, ALL, "p").map((one) => one.turn.state)).toEqual(["done"]);
});

test("what is here says what a turn is about, else the list does", () => {
  const listed = read(emptyState(), [turn("05")], null);
  expect(turnRows(listed, ALL, "p")[0]).toMatchObject({ title: "One", seq: 3, words: "about 05" });
  const here: State = { ...listed, threads: { t: { id: "t", title: "Renamed" } as Thread }, messages: { t: { "m-05": { seq: 3, text: "edited", attachments: [] as Message["attachments"] } as Message } } };
  expect(turnRows(here, ALL, "p")[0]).toMatchObject({ title: "Renamed", words: "edited" });
});

test("a thread that is gone takes its turns along, and a fresh start asks again", () => {
  const listed = read(emptyState(), [turn("05"), turn("04", { thread_id: "u" })], null);
  const gone = reduce(listed, { type: "thread_deleted", id: "t", at: 9 });
  expect(ids(gone)).toEqual(["04"]);
  expect(Object.keys(gone.about)).toEqual(["04"]);
  expect(reduce(listed, { type: "fresh", list: { items: [] }, open: null }).turnLists).toEqual({});
});
