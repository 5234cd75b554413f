/**
 * Words on their way: kept until the server has them, over a reload and over a session that ended, and sent by nobody but who
 * wrote them. Owns the one client id of all tries, by which a message that did arrive is not there twice.
 */
import { api, Problem } from "../api/client";
import type { Attachment, Id } from "../api/types";
import type { Pending } from "./model";
import type { Queue } from "./queue";
import type { Store } from "./store";

const KEY = "switchboard.outbox.";

export class Outbox {
  /** Whose words are kept; null while nobody is signed in. */
  #person: Id | null = null;
  #kept: Pending[] = [];
  /** What is queued goes one after another, in the order in which it was said. */
  #line = Promise.resolve();

  /** `pending` is a change of the thread that is under way: what is said after it waits for it. */
  constructor(readonly store: Store, readonly queue: Queue, readonly pending: (thread: Id) => Promise<unknown> | undefined = () => undefined) {
    store.subscribe(() => this.#keep());
  }

  /** Draws the words at once and sends them; never throws, because the echo itself tells how it went. */
  async add(kind: Pending["kind"], thread_id: Id, text: string, attachments: Attachment[]): Promise<void> {
    const client_id = crypto.randomUUID();
    await this.#send({ kind, client_id, thread_id, text, attachments, created_at: Date.now(), state: "sending", refused: false, reason: null });
  }

  /** If an earlier try did arrive, the server answers with what it made of it. */
  async retry(one: Pending): Promise<void> {
    await this.#send({ ...one, state: "sending", refused: false, reason: null });
    // What was queued by an earlier try may have left the queue since.
    if (one.kind === "queue") await this.queue.load(one.thread_id).catch(() => {});
  }

  forget({ client_id }: Pending) {
    this.store.apply({ type: "unpost", client_id });
  }

  /** Back into the composer, to be sent as something else. */
  takeBack(pending: Pending) {
    const { thread_id: place, text, attachments } = pending;
    this.forget(pending);
    for (const attachment of attachments) {
      const { id: key, name, size } = attachment;
      this.store.apply({ type: "upload", place, upload: { key, name, size, state: "done", progress: 1, attachment, reason: null } });
    }
    if (text) this.store.apply({ type: "prefill", place, text });
  }

  /** Sends what this person left here. */
  resume(person: Id) {
    const left = read(person);
    this.#person = person;
    this.#kept = this.store.get().outbox;
    for (const pending of left) void this.retry(pending);
  }

  /** Nobody is signed in any more; what was not sent waits for its writer. */
  pause() {
    this.#person = null;
  }

  /** Whoever signs out leaves nothing behind. */
  clear() {
    this.#person = null;
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEY)) sessionStorage.removeItem(key);
    } catch { /* there was nothing to forget */ }
  }

  #send(pending: Pending): Promise<void> {
    this.store.apply({ type: "posting", pending });
    if (pending.kind === "post") return this.#deliver(pending);
    this.#line = this.#line.then(() => this.#deliver(pending));
    return this.#line;
  }

  async #deliver({ kind, client_id, thread_id, text, attachments }: Pending): Promise<void> {
    const body = { text, client_id, ...(attachments.length ? { attachments: attachments.map(({ id }) => id) } : {}) };
    const change = this.pending(thread_id);
    if (change) await change;
    try {
      if (kind === "queue") {
        await this.queue.add(thread_id, body);
        this.store.apply({ type: "unpost", client_id });
      } else {
        const { message } = await api.post(thread_id, body);
        this.store.apply({ type: "posted", client_id, message });
      }
    } catch (error) {
      const refused = error instanceof Problem && error.status >= 400 && error.status < 500;
      this.store.apply({ type: "not_posted", client_id, refused, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #keep() {
    const { outbox, session } = this.store.get();
    if (!session || session.person.id !== this.#person || outbox === this.#kept) return;
    this.#kept = outbox;
    try {
      if (outbox.length) sessionStorage.setItem(KEY + this.#person, JSON.stringify(outbox));
      else sessionStorage.removeItem(KEY + this.#person);
    } catch { /* a full storage keeps nothing over a reload, and must not keep anything from being sent */ }
  }
}

function read(person: Id): Pending[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY + person) ?? "[]") as Pending[];
  } catch {
    return [];
  }
}
