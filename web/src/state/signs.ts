/** Tells the server where this person is and that they write. Owns how often; a sign that does not arrive is not worth a word. */
import { api } from "../api/client";
import type { Id } from "../api/types";

/** The server takes a sign of typing for 6 s. */
const REPEAT_MS = 3000;

export class Signs {
  #thread: Id | null = null;
  #typing = false;
  #said = { thread: null as Id | null, typing: false, at: 0 };
  #due = false;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  /** Where the person looks now; null when the page is hidden or shows something else. */
  at(thread: Id | null) {
    if (thread === this.#thread) return;
    this.#thread = thread;
    this.#typing = false;
    this.#soon();
  }

  /** Called with every change of the text. */
  typing(thread: Id) {
    this.#thread = thread;
    this.#typing = true;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.stopped(), REPEAT_MS * 1.5);
    this.#soon();
  }

  /** The message was sent, or the writer has stopped. */
  stopped() {
    clearTimeout(this.#quiet);
    this.#typing = false;
    this.#soon();
  }

  /** After the event that caused it: leaving one thread for another is one sign, not two. */
  #soon() {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#say();
    });
  }

  #say() {
    const [thread, typing, now] = [this.#thread, this.#typing, Date.now()];
    const same = thread === this.#said.thread && typing === this.#said.typing;
    if (same && (!typing || now - this.#said.at < REPEAT_MS)) return;
    this.#said = { thread, typing, at: now };
    api.presence({ thread_id: thread, typing }).catch(() => {});
  }
}
