/** What the card asks of the form inside it. Owns shapes only. */
import type { RefObject } from "react";

/** What goes with a yes; not ok when something in the form is wrong, which the form then shows. */
export type Collected = { ok: true; content?: unknown } | { ok: false };
export interface Inside {
  collect: () => Collected;
  /** The digit keys: the first open question's choice with this number. */
  choose?: (number: number) => boolean;
}
export type InsideRef = RefObject<Inside | null>;
