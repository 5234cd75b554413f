/**
 * Where the reader is in the log. Owns two rules: the end is followed only while the reader is within 80 px of it, and
 * otherwise what is being read stays where it is, whatever comes or goes above it.
 */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";

const NEAR_END = 80;
/** How far beyond the window the log is drawn. */
const MARGIN = 1000;
/** A change this soon after a touch or a key was made by that hand. */
const BY_HAND_MS = 400;
/** Below the top edge of the window, where something that is read is looked for. */
const LOOK_AT = [6, 30, 70, 140, 260, 400];

export interface Scrolling {
  onScroll: () => void;
  toEnd: () => void;
  /** Shows an element in the middle, and keeps it there. */
  show: (element: Element) => void;
  /** New text came below what is shown. */
  below: boolean;
  /** Tells when an element comes near the window and when it leaves. Gives back how to stop. */
  watch: (element: Element, tell: (near: boolean) => void) => () => void;
}

/** `open`: the end of what is drawn is the end of the thread. `tail` is its last stretch. */
export function useScrolling(
  scroller: RefObject<HTMLDivElement | null>, content: RefObject<HTMLDivElement | null>, tail: RefObject<HTMLElement | null>,
  open: boolean, onEnd: (atEnd: boolean) => void,
): Scrolling {
  const following = useRef(open);
  /** What is read, and where it stood when the log was scrolled this far. */
  const anchor = useRef<{ element: Element; top: number; at: number } | null>(null);
  const hand = useRef(-BY_HAND_MS);
  const [below, setBelow] = useState(false);
  const isOpen = useRef(open);
  isOpen.current = open;

  const follow = useCallback((is: boolean) => {
    following.current = is && isOpen.current;
    if (following.current) setBelow(false);
    onEnd(following.current);
  }, [onEnd]);

  const toEnd = useCallback(() => {
    follow(true);
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, [follow, scroller]);

  /** Remembers what is being read and where it stands. */
  const note = useCallback((element?: Element) => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    const frame = box.getBoundingClientRect();
    let held = element ?? null;
    for (const y of LOOK_AT) {
      held ??= document.elementFromPoint(frame.left + frame.width / 2, frame.top + y)?.closest(".log article") ?? null;
    }
    if (!held || !inner.contains(held)) held = anchor.current?.element.isConnected ? anchor.current.element : null;
    anchor.current = held ? { element: held, top: held.getBoundingClientRect().top - frame.top, at: box.scrollTop } : null;
  }, [scroller, content]);

  /** Takes back what moved it, other than scrolling: that may show in a scroll event before any observer tells. */
  const keep = useCallback(() => {
    const box = scroller.current;
    const held = anchor.current;
    if (!box || !held?.element.isConnected) return;
    const moved = held.element.getBoundingClientRect().top - box.getBoundingClientRect().top - (held.top + held.at - box.scrollTop);
    if (Math.abs(moved) < 1) return;
    const before = box.scrollTop;
    box.scrollTop += moved;
    held.at += box.scrollTop - before;
  }, [scroller]);

  const onScroll = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    if (!following.current) keep();
    follow(box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR_END);
    note();
  }, [follow, keep, note, scroller]);

  const show = useCallback((element: Element) => {
    follow(false);
    element.scrollIntoView({ block: "center" });
    note(element);
  }, [follow, note]);

  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    let last = tail.current;
    let height = last?.offsetHeight ?? 0;
    /** What was unfolded by hand, and its height: what it holds may be fetched first, and is no news either. */
    let unfolded: { element: HTMLElement; height: number } | null = null;
    const unfolds = () => {
      if (!unfolded?.element.isConnected) return 0;
      const before = unfolded.height;
      unfolded.height = unfolded.element.offsetHeight;
      return unfolded.height - before;
    };
    const settle = () => {
      const own = unfolds();
      const byHand = own !== 0 || performance.now() - hand.current < BY_HAND_MS;
      const ofTail = tail.current?.contains(unfolded?.element ?? null) ? own : 0;
      const grown = tail.current !== last || (tail.current?.offsetHeight ?? 0) > height + ofTail + 1;
      last = tail.current;
      height = last?.offsetHeight ?? 0;
      if (following.current && !byHand) {
        box.scrollTop = box.scrollHeight;
        return;
      }
      keep();
      if (grown && isOpen.current && performance.now() - hand.current >= BY_HAND_MS) setBelow(true);
    };
    const resized = new ResizeObserver(settle);
    resized.observe(inner);
    resized.observe(box);
    // What the reader opens by hand opens below that hand.
    const touched = (event: Event) => {
      hand.current = performance.now();
      const at = event.target instanceof Element ? event.target : null;
      note(at?.closest("summary, article") ?? undefined);
      const element = outermost(at, inner);
      unfolded = element && { element, height: element.offsetHeight };
    };
    inner.addEventListener("pointerdown", touched, true);
    inner.addEventListener("keydown", touched, true);
    return () => {
      resized.disconnect();
      inner.removeEventListener("pointerdown", touched, true);
      inner.removeEventListener("keydown", touched, true);
    };
  }, [scroller, content, tail, keep, note]);

  const watch = useMemo(() => watcher(scroller), [scroller]);
  return { onScroll, toEnd, show, below, watch };
}

/** The fold around an element that lies in no other, of what is over: what still runs grows by itself. */
function outermost(element: Element | null, inside: Element): HTMLElement | null {
  if (element?.closest("[aria-busy=true]")) return null;
  let found: HTMLElement | null = null;
  for (let at = element; at && at !== inside; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) found = at;
  }
  return found;
}

function watcher(root: RefObject<Element | null>): Scrolling["watch"] {
  const told = new Map<Element, (near: boolean) => void>();
  let observer: IntersectionObserver | null = null;
  return (element, tell) => {
    observer ??= new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) told.get(target)?.(isIntersecting);
    }, { root: root.current, rootMargin: `${MARGIN}px 0px` });
    const held = observer;
    told.set(element, tell);
    held.observe(element);
    return () => {
      told.delete(element);
      held.unobserve(element);
    };
  };
}
