/** Searches threads and messages while somebody types. Owns the pause before a question is asked. */
import { api } from "../api/client";
import type { Id } from "../api/types";
import type { Store } from "./store";

/** Between two letters of somebody who types. */
const PAUSE_MS = 140;

export class Finder {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly store: Store) {}

  /** In one thread, or with null in all of them. */
  ask(text: string, thread: Id | null) {
    clearTimeout(this.#timer);
    const query = text.trim();
    if (!query) {
      this.store.apply({ type: "search_closed" });
      return;
    }
    const { search } = this.store.get();
    if (search?.query === query && search.thread === thread && search.state !== "failed") return;
    this.store.apply({ type: "search_asked", query, thread });
    this.#timer = setTimeout(() => void this.#fetch(query, thread), PAUSE_MS);
  }

  async more(): Promise<void> {
    const { search } = this.store.get();
    if (search?.state === "here" && search.next) await this.#fetch(search.query, search.thread, search.next);
  }

  close() {
    clearTimeout(this.#timer);
    this.store.apply({ type: "search_closed" });
  }

  async #fetch(query: string, thread: Id | null, before?: string): Promise<void> {
    try {
      const page = await api.search({ q: query, limit: 20, ...(thread ? { thread } : {}), ...(before ? { before } : {}) });
      this.store.apply({ type: "search_found", query, thread, page, more: before !== undefined });
    } catch (error) {
      this.store.apply({ type: "search_failed", query, thread, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
