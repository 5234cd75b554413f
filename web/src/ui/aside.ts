/**
 * The aside of a thread: beside the log where there is room, as this browser last wanted it; elsewhere over the log, for as long
 * as the address says so. Owns where it stands and whose facts it tells, never what they are.
 */
import { useSyncExternalStore } from "react";
import type { Id } from "../api/types";
import { asideWish } from "../state/local";
import { go, routeOf } from "./route";

export type AsidePlace = "beside" | "over" | "closed";

/** The button that opens and closes it, for the key that presses it. */
export const ASIDE_BUTTON = "aside-button";

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());
const roomy = typeof matchMedia === "function" ? matchMedia("(min-width: 1100px)") : null;
roomy?.addEventListener("change", tell);

let wish: boolean | null | undefined;
let told: Id | null = null;
/** Lying over the log was added to the history here, so that going back is the way to close it. */
let pushed = false;

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const isRoomy = () => roomy?.matches ?? true;
const wished = () => (wish === undefined ? (wish = asideWish.get()) : wish);

/** `usual` holds until this browser chose; `asked` is what the address says. */
export function useAside(usual: boolean, asked: boolean): AsidePlace {
  const room = useSyncExternalStore(subscribe, isRoomy);
  const wanted = useSyncExternalStore(subscribe, wished) ?? usual;
  if (room) return wanted || asked ? "beside" : "closed";
  return asked ? "over" : "closed";
}

function choose(open: boolean) {
  wish = open;
  asideWish.set(open);
  tell();
}

/** Without its message, so that the log stays where it is read. */
function address(turn: Id | null, detail: boolean): string {
  const words = new URLSearchParams();
  if (turn) words.set("turn", turn);
  if (detail) words.set("show", "detail");
  return location.pathname + (words.size ? `?${words}` : "");
}

const turnHere = (): Id | null => {
  const route = routeOf(location);
  return route.at === "chat" ? route.turn : null;
};

/** Opens it, for one turn or for the one that it told of last. */
export function openAside(turn: Id | null = turnHere()) {
  if (isRoomy()) {
    choose(true);
    if (turn !== turnHere()) go(address(turn, false), "replace");
    return;
  }
  pushed = true;
  go(address(turn, true));
}

export function closeAside() {
  const route = routeOf(location);
  const over = route.at === "chat" && route.detail;
  if (isRoomy()) choose(false);
  if (!over) return;
  if (pushed && !isRoomy()) history.back();
  else go(address(turnHere(), false), "replace");
  pushed = false;
}

/** Another turn of the thread; null is the one that runs, or ended last. */
export function showInAside(turn: Id | null) {
  const route = routeOf(location);
  go(address(turn, route.at === "chat" && route.detail), "replace");
}

/** Whose facts stand beside the log now: its card need not repeat them. */
export function nowBeside(turn: Id | null) {
  if (told === turn) return;
  told = turn;
  tell();
}

export const useIsBeside = (turn: Id): boolean => useSyncExternalStore(subscribe, () => told === turn);
