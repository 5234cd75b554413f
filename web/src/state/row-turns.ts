/**
 * Who answers or failed in the threads of the list: their rows say it, and no list does. Owns which threads are asked about,
 * one after another and once for each state of a thread.
 */
import { api, Problem } from "../api/client";
import { posNumber } from "./change";
import type { Store } from "./store";

/** Of one page of the list. */
const AT_MOST = 12;

export class RowTurns {
  #learned = new Set<string>();

  constructor(readonly store: Store) {}

  async learn(): Promise<void> {
    const { threads, turns } = this.store.get();
    const known = new Set(Object.values(turns).map((turn) => turn.thread_id));
    const unknown = Object.values(threads)
      .filter((thread) => thread.state !== "idle" && !known.has(thread.id) && !this.#learned.has(`${thread.id} ${thread.last_seq}`))
      .sort((a, b) => b.last_message_at - a.last_message_at)
      .slice(0, AT_MOST);
    for (const thread of unknown) {
      this.#learned.add(`${thread.id} ${thread.last_seq}`);
      try {
        const page = await api.messages(thread.id, { limit: 1 });
        const at = posNumber(page.pos);
        for (const turn of page.turns) this.store.apply({ type: "turn", ...(at === undefined ? {} : { at }), turn });
      } catch (error) {
        // The row says less; that is all.
        if (!(error instanceof Problem)) throw error;
      }
    }
  }
}
