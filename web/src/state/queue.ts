/** What the person can do with their queue of a thread; how words get into it is the outbox's. Owns no order and no waiting: the server sends when the time has come. */
import { api } from "../api/client";
import type { Id, Queued } from "../api/types";
import { asking } from "./change";
import type { Store } from "./store";

export class Queue {
  constructor(readonly store: Store) {}

  async load(thread: Id): Promise<void> {
    const asked = this.#asking(thread);
    const { items } = await api.queue(thread);
    this.store.apply({ type: "queue", asked, thread, items });
  }

  /** Lets the server take one; throws what it refuses. */
  async add(thread: Id, body: Parameters<typeof api.enqueue>[1]): Promise<void> {
    const asked = this.#asking(thread);
    this.store.apply({ type: "queued", asked, queued: await api.enqueue(thread, body) });
  }

  async change(queued: Queued, text: string): Promise<void> {
    const asked = this.#asking(queued.thread_id);
    this.store.apply({ type: "queued", asked, queued: await api.changeQueued(queued.id, { text }) });
  }

  async drop(queued: Queued): Promise<void> {
    await api.dropQueued(queued.id);
    this.#left(queued);
  }

  /** Now, before the others; also ends a hold. */
  async send(queued: Queued): Promise<void> {
    const { message } = await api.sendQueued(queued.id);
    this.#left(queued);
    this.store.apply({ type: "message", message });
  }

  /** Into the turn that runs. */
  async steer(queued: Queued): Promise<void> {
    const steer = await api.steerQueued(queued.id);
    this.#left(queued);
    this.store.apply({ type: "steer", asked: { since: undefined }, steer });
  }

  /** One place up or down. The answer tells this entry's new place only, so the whole is read again. */
  async move(queued: Queued, by: -1 | 1): Promise<void> {
    const items = this.store.get().queues[queued.thread_id] ?? [];
    const at = items.findIndex((one) => one.id === queued.id);
    if (at < 0 || !items[at + by]) return;
    const before = by < 0 ? items[at - 1] : items[at + 2];
    await api.changeQueued(queued.id, { before: before?.id ?? null });
    await this.load(queued.thread_id);
  }

  /** The effect at once; the stream says it again for every tab. */
  #left({ thread_id, id }: Queued) {
    this.store.apply({ type: "unqueued", thread: thread_id, id });
  }

  #asking(thread: Id) {
    return asking(this.store.get(), `queue:${thread}`);
  }
}
