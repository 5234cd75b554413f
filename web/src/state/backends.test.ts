import { expect, test } from "vitest";
import type { Assistant, Backend } from "../api/types";
import { modelGroups, stateOf } from "./backends";
import { changeOf } from "./change";
import { emptyState, type State } from "./model";
import { reduce } from "./reduce";

const backend = (over: Partial<Backend> = {}): Backend => ({
  id: "codex", title: "ChatGPT", handle: "chatgpt", family: "codex", switched: true, enabled: "auto", on: true, state: "ready", problem: null, program: null,
  version: null, account: null, limits: [], models: [], models_from: "seed", models_at: null, default_model: null, capabilities: [], sign_ins: [], login: null,
  unreadable: null, ...over,
});
const told = (state: State, one: Backend) => reduce(state, changeOf({ event: "backend", data: JSON.stringify(one) }, 0)!);

test("what can be chosen follows from the backends and their assistants, whichever comes last", () => {
  const model = { id: "m", name: "M", description: "", default_effort: null, efforts: [], hidden: false, inputs: [], is_default: true, tiers: [], verified: true };
  const one = backend({ models: [model, { ...model, id: "n", hidden: true }] });
  const assistant = { id: "a1", handle: "chatgpt", backend: "codex" } as Assistant;
  const groups = [{
    backend: "codex", title: "ChatGPT", handle: "chatgpt", assistant_id: "a1", state: "ready", problem: null, models: [model], default_model: null, limits: [],
    capabilities: [],
  }];
  const last = told(reduce(emptyState(), { type: "assistants", since: {}, assistants: [assistant] }), one);
  const first = reduce(told(emptyState(), one), { type: "assistants", since: {}, assistants: [assistant] });
  expect(last.models).toEqual(groups);
  expect(first.models).toEqual(groups);
  expect(modelGroups({ backends: null, assistants: {} })).toBeNull();
  const drawn = first.models;
  expect(reduce(first, { type: "fetching" }).models, "nothing else draws them anew").toBe(drawn);
});

test("assistants are looked at again when their backend is otherwise, not when more of its plan is used", () => {
  const before = stateOf({ codex: backend() });
  expect(stateOf({ codex: backend({ limits: [{ id: "x", used_percent: 1, resets_at: null, window_minutes: null }] }) })).toBe(before);
  expect(stateOf({ codex: backend({ state: "not_signed_in" }) })).not.toBe(before);
  expect(stateOf({ codex: backend({ on: false }) })).not.toBe(before);
});
