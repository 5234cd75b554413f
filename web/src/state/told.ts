/**
 * What the stream tells whole, each time it is otherwise: backends, assistants, people. Pure. Their lists come without a position,
 * so an answer counts only for what the stream has been silent about since it was asked for.
 */
import type { Id } from "../api/types";
import type { Asked, Since } from "./change";
import type { State } from "./model";

const places = { backend: "backends", assistant: "assistants", person: "people" } as const;
export type Told = keyof typeof places;
type Thing<K extends Told> = NonNullable<State[(typeof places)[K]]>[Id];

const all = <K extends Told>(state: State, kind: K) => (state[places[kind]] ?? {}) as Record<Id, Thing<K>>;

/** One more word about it: what was asked before is of unknown age. */
function heard(state: State, kind: Told, id: Id): State["seen"] {
  const key = `${kind}:${id}`;
  return { ...state.seen, [key]: (state.seen[key] ?? 0) + 1 };
}

export function putTold<K extends Told>(state: State, kind: K, thing: Thing<K>, asked?: Asked): State {
  if (asked && state.seen[`${kind}:${thing.id}`] !== asked.since) return state;
  const seen = asked ? state.seen : heard(state, kind, thing.id);
  return { ...state, seen, [places[kind]]: { ...all(state, kind), [thing.id]: thing } };
}

/** All of a kind; what is not among them is gone. */
export function putAllTold<K extends Told>(state: State, kind: K, items: Thing<K>[], since: Since): State {
  const silent = (id: Id) => state.seen[`${kind}:${id}`] === since[`${kind}:${id}`];
  const spokenOf = Object.entries(all(state, kind)).filter(([id]) => !silent(id));
  const answered = items.filter(({ id }) => silent(id)).map((one) => [one.id, one] as const);
  return { ...state, [places[kind]]: Object.fromEntries([...spokenOf, ...answered]) };
}

export function dropTold(state: State, kind: Told, id: Id): State {
  const { [id]: _gone, ...rest } = all(state, kind);
  return { ...state, seen: heard(state, kind, id), [places[kind]]: rest };
}
