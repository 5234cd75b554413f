/** What a turn asks and is told: late copies, resets, and what is another thread's. */
import { describe, expect, test } from "vitest";
import type { Question, Steer } from "../api/types";
import { type Change, changeOf } from "./change";
import { emptyState, type State } from "./model";
import { reduce } from "./reduce";

const after = (changes: Change[], from: State = emptyState()) => changes.reduce(reduce, from);
const hear = (event: string, data: unknown, id: string): Change => changeOf({ id, event, data: JSON.stringify(data) }, 1000)!;

const question = (over: Partial<Question> = {}): Question => ({
  id: "q1", turn_id: "u1", thread_id: "t1", person_id: "p1", assistant_id: "a1", kind: "command", body: { command: "ls" }, offered: ["accept", "decline"],
  state: "asked", asked_at: 1, expires_at: null, decided_by: null, decided_at: null, decision: null, feedback: null, ...over,
});
const steer = (over: Partial<Steer> = {}): Steer => ({ id: "s1", turn_id: "u1", thread_id: "t1", author: "p1", text: "shorter", state: "queued", created_at: 1, ...over });
const states = (state: State) => Object.values(state.questions).map((one) => [one.id, one.state]);

describe("questions", () => {
  test("come with the stream, with a turn's items and with the list of what waits", () => {
    const state = after([
      hear("approval", question(), "e.1"),
      { type: "turn_items", turn: "u1", page: { items: [], questions: [question({ id: "q2" })], steers: [steer()], pos: "e.2" } },
      { type: "questions", since: {}, items: [question({ id: "q3" })] },
    ]);
    expect(states(state)).toEqual([["q1", "asked"], ["q2", "asked"], ["q3", "asked"]]);
    expect(state.steers["s1"]?.text).toBe("shorter");
  });

  test("that are settled are never open again", () => {
    const settled = after([hear("approval", question({ state: "decided" }), "e.5")]);
    expect(states(after([hear("approval", question(), "e.6")], settled))).toEqual([["q1", "decided"]]);
    expect(states(after([hear("approval", question({ state: "delivered" }), "e.7")], settled))).toEqual([["q1", "delivered"]]);
  });

  test("in a list that is older than the stream do not count", () => {
    const since = emptyState().seen;
    const told = after([hear("approval", question({ state: "void" }), "e.5")]);
    expect(states(after([{ type: "questions", since, items: [question({ state: "decided" })] }], told))).toEqual([["q1", "void"]]);
  });

  test("that a fresh start does not list are gone, except those the stream told since", () => {
    const held = after([{ type: "questions", since: {}, items: [question(), question({ id: "q2" })] }, { type: "reset" }]);
    const told = after([hear("approval", question({ id: "q4" }), "f.1")], held);
    const fresh = after([{ type: "fresh", list: { items: [] }, questions: [question({ id: "q2" })], open: null }], told);
    expect(states(fresh).sort()).toEqual([["q2", "asked"], ["q4", "asked"]]);
  });

  test("go with their thread and do not come back", () => {
    const gone = after([hear("approval", question(), "e.1"), hear("steer", steer(), "e.2"), { type: "thread_deleted", id: "t1", at: 3 }]);
    expect(after([hear("approval", question(), "e.4"), hear("steer", steer(), "e.5")], gone)).toMatchObject({ questions: {}, steers: {} });
  });
});

test("words into a turn that were taken are never under way again", () => {
  const taken = after([hear("steer", steer(), "e.1"), hear("steer", steer({ state: "taken" }), "e.3"), hear("steer", steer({ state: "sent" }), "e.4")]);
  expect(taken.steers["s1"]?.state).toBe("taken");
  const late = after([{ type: "steer", asked: { since: undefined }, steer: steer({ state: "queued" }) }], taken);
  expect(late.steers["s1"]?.state).toBe("taken");
});
