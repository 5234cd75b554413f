/** What runs in a thread, as the composer needs to know it: what can be stopped, and whether one's own answer is awaited. */
import { useMemo } from "react";
import type { Id, Queued, Turn } from "../../api/types";
import { whyNot } from "../../state/controls";
import { turnIsOpen } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { attempt } from "../../ui/Toasts";

const noQueue: Queued[] = [];

const works = (turn: Turn) => turn.started_at !== null && !turn.stop_wanted;

export interface Awaited {
  queue: Queued[];
  /** While one's own answer is awaited, what is said next waits for it. */
  waits: boolean;
  /** One's own answer that runs and takes words meanwhile; the newest, where there are more. */
  steered: Turn | null;
  /** Why none of one's own answers that run takes words; null while one does, or none runs. */
  unsteered: string | null;
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
  const models = useView((state) => state.models);
  const me = useView((state) => state.session?.person.id);
  const queue = useView((state) => (thread ? state.queues[thread] ?? noQueue : noQueue));
  const open = useMemo(() => Object.values(turns).filter((turn) => turn.thread_id === thread && turnIsOpen(turn)), [turns, thread]);
  const handles = (all: Turn[]) => [...new Set(all.map((turn) => assistants[turn.assistant]?.handle ?? "assistant"))];
  const own = open.filter((turn) => turn.person === me);
  const stoppable = open.filter((turn) => !turn.stop_wanted);
  const working = own.filter(works).sort((a, b) => (b.started_at ?? 0) - (a.started_at ?? 0));
  const whyNone = ({ assistant }: Turn) => {
    const group = models?.find((one) => one.backend === assistants[assistant]?.backend);
    return group ? whyNot("steer", group) : "it is not known to take words while it works";
  };
  const steered = working.find((turn) => whyNone(turn) === null) ?? null;
  return {
    steered, unsteered: steered || !working[0] ? null : whyNone(working[0]),
    queue, waits: own.length > 0 || queue.some((one) => !one.held), awaited: handles(own), running: handles(stoppable),
    stop: thread && stoppable.length ? () => attempt(desk.stopAll(thread)) : null,
  };
}
