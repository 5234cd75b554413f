/** What the person can do with their queue of a thread; how words get into it is the outbox's. Owns no order and no waiting: the server sends when the time has come. */
import { api } from "../api/client";
import type { Id, Queued } from "../api/types";
import type { Store } from "./store";

export class Queue {
  constructor(readonly store: Store) {}

  async load(thread: Id): Promise<void> {
    const asked = { since: this.store.get().seen[`queue:${thread}`] };
    const { items } = await api.queue(thread);
    this.store.apply({ type: "queue", asked, thread, items });
  }

  /** One that the server has taken. */
  put(queued: Queued) {
    this.#set(queued.thread_id, (items) => [...items.filter((one) => one.id !== queued.id), queued]);
  }

  async change(queued: Queued, text: string): Promise<void> {
    const changed = await api.changeQueued(queued.id, text);
    this.#set(queued.thread_id, (items) => items.map((one) => (one.id === changed.id ? changed : one)));
  }

  async drop(queued: Queued): Promise<void> {
    await api.dropQueued(queued.id);
    this.#set(queued.thread_id, (items) => items.filter((one) => one.id !== queued.id));
  }

  /** Now, before the others; also ends a hold. */
  async send(queued: Queued): Promise<void> {
    const { message } = await api.sendQueued(queued.id);
    this.#set(queued.thread_id, (items) => items.filter((one) => one.id !== queued.id));
    this.store.apply({ type: "message", message });
  }

  /** The effect at once; the stream says it again for every tab. */
  #set(thread: Id, how: (items: Queued[]) => Queued[]) {
    this.store.apply({ type: "queue", thread, items: how(this.store.get().queues[thread] ?? []) });
  }
}
