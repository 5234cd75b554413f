/**
 * The turns of all threads, newest first, as far as they were read. Pure. Ids grow with time, so they are the order, and a list
 * that reaches back to one turn has all that came since: what the stream tells takes its place by itself.
 */
import type { Id, Turn, TurnPage } from "../api/types";
import { type State, turnIsOpen } from "./model";

export type TurnsState = "all" | "running" | "failed";
/** Which turns: how they stand, and whether only those that one asked for. */
export interface TurnsOf { state: TurnsState; mine: boolean }

/** How far back a list reaches: the oldest turn that was read, empty for the very first; and the cursor of what is before it. */
export interface TurnList { from: Id; older: string | null }
/** What a turn is about where its thread is not here: the list says it along. */
export interface About { title: string; seq: number; words: string }

export const turnsKey = ({ state, mine }: TurnsOf) => `${state}${mine ? " mine" : ""}`;

/** After the turns of the page were put. */
export function putTurnList(state: State, of: TurnsOf, page: TurnPage): State {
  const about = { ...state.about };
  for (const { turn, title, seq, words } of page.items) about[turn.id] = { title, seq, words };
  const list: TurnList = { from: page.next ? page.items.at(-1)?.turn.id ?? "" : "", older: page.next ?? null };
  return { ...state, about, turnLists: { ...state.turnLists, [turnsKey(of)]: list } };
}

export interface TurnRow extends About { turn: Turn }

export function turnRows(state: Pick<State, "turns" | "turnLists" | "about" | "messages" | "threads">, of: TurnsOf, me: Id | undefined): TurnRow[] {
  const list = state.turnLists[turnsKey(of)];
  if (!list) return [];
  const fits = (turn: Turn) => (turnIsOpen(turn) || turn.id >= list.from) && (!of.mine || turn.person === me) && stands(turn, of.state);
  return Object.values(state.turns)
    .filter(fits)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .map((turn) => ({ turn, ...aboutOf(state, turn) }));
}

function stands(turn: Turn, how: TurnsState): boolean {
  if (how === "running") return turnIsOpen(turn);
  return how === "all" || turn.state === "failed" || turn.state === "abandoned";
}

/** What is here is newer than what the list said: words are edited, threads renamed. */
function aboutOf(state: Pick<State, "about" | "messages" | "threads">, turn: Turn): About {
  const told = state.about[turn.id];
  const message = state.messages[turn.thread_id]?.[turn.message_id];
  return {
    title: state.threads[turn.thread_id]?.title ?? told?.title ?? "",
    seq: message?.seq ?? told?.seq ?? 0,
    words: message ? message.text || (message.attachments[0]?.name ?? "") : told?.words ?? "",
  };
}

export const openTurns = ({ turns }: Pick<State, "turns">): number => Object.values(turns).filter(turnIsOpen).length;
