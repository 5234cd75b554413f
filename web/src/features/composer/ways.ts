/** What becomes of words that are sent: posted, queued, or taken into the answer that runs; by Enter, and by the other key. Pure. */
import type { Assistant, Id, Turn } from "../../api/types";

export type Way = "post" | "queue" | "steer";

export interface Ways { usual: Way; other: Way }

export interface Standing {
  /** Whether one's own answer is awaited, so that what is said next waits for it. */
  waits: boolean;
  /** One's own answer that runs and takes words meanwhile. */
  steered: Pick<Turn, "assistant"> | null;
  /** Who answers every message of the thread. */
  direct: Id | null;
  /** Whom the words would ask. */
  asked: Pick<Assistant, "id">[];
  /** Files go with messages only. */
  files: boolean;
}

/** Among people what is said waits its turn; alone with one assistant it is meant for what that does now. */
export function waysOf({ waits, steered, direct, asked, files }: Standing): Ways {
  if (!waits) return { usual: "post", other: "post" };
  if (!steered || files) return { usual: "queue", other: "post" };
  const forIt = direct === steered.assistant && asked.every((one) => one.id === direct);
  return forIt ? { usual: "steer", other: "queue" } : { usual: "queue", other: "steer" };
}
