/** Searches threads and messages while somebody types. Owns the pause before a question is asked. */
import { api } from "../api/client";
import type { Store } from "./store";

/** Between two letters of somebody who types. */
const PAUSE_MS = 140;

export class Finder {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly store: Store) {}

  ask(text: string) {
    clearTimeout(this.#timer);
    const query = text.trim();
    if (!query) {
      this.store.apply({ type: "search_closed" });
      return;
    }
    if (this.store.get().search?.query === query) return;
    this.store.apply({ type: "search_asked", query });
    this.#timer = setTimeout(() => void this.#fetch(query), PAUSE_MS);
  }

  async more(): Promise<void> {
    const { search } = this.store.get();
    if (search?.state === "here" && search.next) await this.#fetch(search.query, search.next);
  }

  close() {
    clearTimeout(this.#timer);
    this.store.apply({ type: "search_closed" });
  }

  async #fetch(query: string, before?: string): Promise<void> {
    try {
      const page = await api.search({ q: query, limit: 20, ...(before ? { before } : {}) });
      this.store.apply({ type: "search_found", query, page, more: before !== undefined });
    } catch (error) {
      this.store.apply({ type: "search_failed", query, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
