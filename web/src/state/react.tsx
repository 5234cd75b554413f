/** The state for components: `useView` reads a slice and draws again when that slice is another object. Owns no state. */
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Desk } from "./desk";
import type { State } from "./model";

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk above this component");
  return desk;
}

/** `select` must give back a part of the state itself, not a fresh object; derive with `useMemo` from that. */
export function useView<T>(select: (state: State) => T): T {
  const { store } = useDesk();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

/** The time, once a second while `ticking`; for what is told to the minute, once a minute. */
export function useNow(ticking: boolean, every = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [ticking, every]);
  return now;
}
