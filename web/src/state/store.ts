/**
 * Holds the state between changes and tells who listens. Owns when changes are applied: those of the stream in batches of one
 * frame, so that a fast answer costs one drawing per frame; everything else at once.
 */
import { type Change, joined } from "./change";
import { emptyState, type State } from "./model";
import { reduce } from "./reduce";

export class Store {
  #state: State = emptyState();
  #listeners = new Set<() => void>();
  #batch: Change[] = [];
  #due = false;

  readonly get = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Applies a change now, after whatever the stream said before it. */
  readonly apply = (change: Change) => {
    this.#batch.push(change);
    this.#flush();
  };

  readonly applySoon = (change: Change) => {
    this.#batch.push(change);
    if (this.#due) return;
    this.#due = true;
    const flush = () => {
      this.#due = false;
      this.#flush();
    };
    // A hidden tab draws no frames, but its state goes on.
    if (document.visibilityState === "visible") requestAnimationFrame(flush);
    else setTimeout(flush, 200);
  };

  #flush() {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const next = joined(batch).reduce(reduce, this.#state);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
