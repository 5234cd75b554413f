/** One stretch of the log: drawn while it is near the window, else an empty place of the same height. */
import { memo, type ReactNode, startTransition, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Id } from "../../api/types";
import type { Scrolling } from "./scrolling";
import { type Row, sameStretch, type Stretch } from "./stretches";

const HELD = 4000;
/** The heights that stretches had, so that coming back to a thread finds it as long as it was. */
const heights = new Map<string, number>();

/** A guess for what was never drawn; the reader's place is kept when it turns out wrong. */
const guess = (rows: Row[]) => rows.reduce((sum, { exchange }) => sum + 68 + exchange.answers.length * 150, 0);

export interface StretchViewProps {
  thread: Id;
  stretch: Stretch;
  /** Drawn wherever it is: the last one, and one that is looked for. */
  always: boolean;
  /** The end of the log, of which additions are read out. */
  last: boolean;
  early: boolean;
  watch: Scrolling["watch"];
  draw: (row: Row) => ReactNode;
  hold: (element: HTMLElement | null) => void;
}

export const StretchView = memo(
  function StretchView({ thread, stretch, always, last, early, watch, draw, hold }: StretchViewProps) {
    const box = useRef<HTMLElement>(null);
    const [near, setNear] = useState(early);
    const key = `${thread}/${stretch.key}`;
    const drawn = near || always;
    useEffect(() => {
      const element = box.current;
      if (!element) return;
      return watch(element, (is) => {
        if (!is && isInUse(element)) return;
        if (!is && element.childElementCount > 0) {
          if (heights.size > HELD) heights.clear();
          heights.set(key, element.offsetHeight);
        }
        // Drawing what is out of sight never delays what is being done.
        startTransition(() => setNear(is));
      });
    }, [watch, key]);
    useLayoutEffect(() => {
      if (last) hold(box.current);
    }, [last, hold]);
    return (
      <section ref={box} className="stretch" aria-live={last ? undefined : "off"} style={drawn ? undefined : { height: heights.get(key) ?? guess(stretch.rows) }}>
        {drawn ? stretch.rows.map(draw) : null}
      </section>
    );
  },
  (a, b) => sameStretch(a.stretch, b.stretch) && a.always === b.always && a.last === b.last
    && a.draw === b.draw && a.watch === b.watch && a.thread === b.thread,
);

/** What the reader opened, holds or wrote into is not taken away, and neither is an answer that still comes. */
function isInUse(element: HTMLElement): boolean {
  const selected = document.getSelection();
  return element.querySelector("details[open], .code.wraps, dialog, form, [aria-busy='true']") !== null
    || element.contains(document.activeElement)
    || (selected !== null && !selected.isCollapsed && selected.containsNode(element, true));
}
