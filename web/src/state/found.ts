/** What was searched for and found. Pure; an answer to an earlier question never replaces that to a later one. */
import type { Change } from "./change";
import type { State } from "./model";

export type SearchChange = Extract<Change, { type: "search_asked" | "search_found" | "search_failed" | "search_closed" }>;

export function putSearch(state: State, change: SearchChange): State {
  const held = state.search;
  switch (change.type) {
    // What was found stays in sight until the next answer: a list that flickers with every letter cannot be read.
    case "search_asked": return {
      ...state,
      search: { query: change.query, thread: change.thread, state: "asking", hits: held?.thread === change.thread ? held.hits : [], next: null, reason: null },
    };
    case "search_found": {
      if (held?.query !== change.query || held.thread !== change.thread) return state;
      const hits = change.more ? [...held.hits, ...change.page.items] : change.page.items;
      return { ...state, search: { ...held, state: "here", hits, next: change.page.next ?? null, reason: null } };
    }
    case "search_failed": {
      if (held?.query !== change.query || held.thread !== change.thread) return state;
      return { ...state, search: { ...held, state: "failed", hits: [], next: null, reason: change.reason } };
    }
    case "search_closed": return held === null ? state : { ...state, search: null };
  }
}
