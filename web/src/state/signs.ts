/** Tells the server where this person is and that they write. Owns how often; a sign that does not arrive is not worth a word. */
import { api } from "../api/client";
import type { Id } from "../api/types";

/** The server takes a sign of typing for 6 s. */
const REPEAT_MS = 3000;

export class Signs {
  #thread: Id | null = null;
  #typing = false;
  #saidAt = 0;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  /** Where the person looks now; null when the page is hidden or shows something else. */
  at(thread: Id | null) {
    if (thread === this.#thread) return;
    this.#thread = thread;
    this.#typing = false;
    this.#say();
  }

  /** Called with every change of the text. */
  typing(thread: Id) {
    this.#thread = thread;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.stopped(), REPEAT_MS * 1.5);
    if (this.#typing && Date.now() - this.#saidAt < REPEAT_MS) return;
    this.#typing = true;
    this.#say();
  }

  /** The message was sent, or the writer has stopped. */
  stopped() {
    clearTimeout(this.#quiet);
    if (!this.#typing) return;
    this.#typing = false;
    this.#say();
  }

  #say() {
    this.#saidAt = Date.now();
    api.presence({ thread_id: this.#thread, typing: this.#typing }).catch(() => {});
  }
}
