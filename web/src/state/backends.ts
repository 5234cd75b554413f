/**
 * What is known of the backends, and what follows from it: the models to choose from. Pure. The stream tells how one is, without
 * a position; an answer counts only where the stream has said nothing since it was asked for, because what it says next is whole.
 */
import type { Assistant, Backend, Id, ModelGroup } from "../api/types";
import type { Asked } from "./change";
import type { State } from "./model";

const key = (id: Id) => `backend:${id}`;

/** What had been said of each when all were asked for. */
export type Since = State["seen"];

export function putBackend(state: State, backend: Backend, asked?: Asked): State {
  const said = state.seen[key(backend.id)];
  if (asked && said !== asked.since) return state;
  const seen = asked ? state.seen : { ...state.seen, [key(backend.id)]: (said ?? 0) + 1 };
  return { ...state, seen, backends: { ...state.backends, [backend.id]: backend } };
}

export function putBackends(state: State, all: Backend[], since: Since): State {
  const start: State = { ...state, backends: state.backends ?? {} };
  return all.reduce((next, one) => putBackend(next, one, { since: since[key(one.id)] }), start);
}

/** How long what was said of one counts, for a request that is about to be made. */
export const asking = (state: State, id: Id): Asked => ({ since: state.seen[key(id)] });

/** All of them, by name. */
export const backendsIn = (all: Record<Id, Backend>): Backend[] => Object.values(all).sort((a, b) => a.id.localeCompare(b.id));

/** The models of each backend for choosing, with the assistant that it reaches; null until they are known. */
export function modelGroups({ backends, assistants }: Pick<State, "backends" | "assistants">): ModelGroup[] | null {
  if (backends === null) return null;
  const reached = Object.values(assistants).sort((a, b) => a.handle.localeCompare(b.handle));
  return backendsIn(backends).map((one): ModelGroup => {
    const assistant: Assistant | undefined = reached.find(({ backend }) => backend === one.id);
    const { id, title, state, problem, models, default_model, limits, capabilities } = one;
    return {
      backend: id, title, handle: assistant?.handle ?? null, assistant_id: assistant?.id ?? null, state, problem,
      models: models.filter((model) => !model.hidden), default_model, limits, capabilities,
    };
  });
}

/** Whether assistants may be otherwise than they were: how one is follows from how its backend is. */
export const stateOf = (all: Record<Id, Backend> | null): string =>
  all === null ? "" : backendsIn(all).map(({ id, state, on, problem }) => `${id} ${state} ${on} ${problem?.code ?? ""}`).join("\n");
