/** What runs in a thread, as the composer needs to know it: what can be stopped, and whether one's own answer is awaited. */
import { useMemo } from "react";
import type { Id, Queued, Turn } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { attempt } from "../../ui/Toasts";

const noQueue: Queued[] = [];

export interface Awaited {
  queue: Queued[];
  /** While one's own answer is awaited, what is said next waits for it. */
  waits: boolean;
  /** Whose answers are awaited, by handle. */
  awaited: string[];
  stop: (() => void) | null;
  /** Whom a stop would stop, by handle. */
  running: string[];
}

export function useAwaited(thread: Id | null): Awaited {
  const desk = useDesk();
  const turns = useView((state) => state.turns);
  const assistants = useView((state) => state.assistants);
  const me = useView((state) => state.session?.person.id);
  const queue = useView((state) => (thread ? state.queues[thread] ?? noQueue : noQueue));
  const open = useMemo(() => Object.values(turns).filter((turn) => turn.thread_id === thread && turnIsOpen(turn)), [turns, thread]);
  const handles = (all: Turn[]) => [...new Set(all.map((turn) => assistants[turn.assistant]?.handle ?? "assistant"))];
  const own = open.filter((turn) => turn.person === me);
  const stoppable = open.filter((turn) => !turn.stop_wanted);
  return {
    queue, waits: own.length > 0 || queue.some((one) => !one.held), awaited: handles(own), running: handles(stoppable),
    stop: stoppable.length ? () => stoppable.forEach((turn) => attempt(desk.cancel(turn.id))) : null,
  };
}
