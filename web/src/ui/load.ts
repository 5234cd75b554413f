/** What a screen fetched by itself, and an action with its one refusal. Own no data beyond that. */
import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "../api/client";

export type Loaded<T> = { is: "loading" } | { is: "here"; value: T } | { is: "failed"; problem: Problem };

export const problemFrom = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, "unknown", error instanceof Error ? error.message : String(error));

export interface Source<T> {
  loaded: Loaded<T>;
  /** True while it is fetched, also when an older copy is shown. */
  busy: boolean;
  again: () => void;
  /** Replaces what is here, as after a change whose answer said how it is now. */
  set: (change: (value: T) => T) => void;
}

/** Fetches when the screen opens, and again on demand; what is shown stays until the new is here. */
export function useLoad<T>(fetch: () => Promise<T>): Source<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ is: "loading" });
  const [busy, setBusy] = useState(true);
  const round = useRef(0);
  const again = useCallback(() => {
    round.current += 1;
    const mine = round.current;
    setBusy(true);
    setLoaded((now) => (now.is === "failed" ? { is: "loading" } : now));
    fetch().then(
      (value) => mine === round.current && setLoaded({ is: "here", value }),
      (error: unknown) => mine === round.current && setLoaded({ is: "failed", problem: problemFrom(error) }),
    ).finally(() => mine === round.current && setBusy(false));
  }, [fetch]);
  useEffect(() => {
    again();
    return () => {
      round.current += 1;
    };
  }, [again]);
  const set = useCallback((change: (value: T) => T) => {
    setLoaded((now) => (now.is === "here" ? { is: "here", value: change(now.value) } : now));
  }, []);
  return { loaded, busy, again, set };
}

export interface Action {
  busy: boolean;
  problem: Problem | null;
  /** True when it went well; else the problem says why not. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** One action at a time, whose refusal is told where it was asked for. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(problemFrom(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, problem, run, clear: useCallback(() => setProblem(null), []) };
}
