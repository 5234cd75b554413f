/** Colours of code: asks for them once a block is closed and the browser has nothing better to do. Never changes a letter. */
import { type ReactNode, useEffect, useState } from "react";

/** As the stylesheet calls them: steering, quoted, aside, removed. */
export type Ink = "k" | "s" | "c" | "d";
export interface Run { ink: Ink | null; text: string }

/** Beyond this a block is a dump, and nobody reads its colours. */
const LONGEST = 40_000;
const HELD = 300;
const held = new Map<string, Run[] | null>();

const whenIdle = (work: () => void): (() => void) => {
  if (typeof requestIdleCallback !== "function") {
    const timer = setTimeout(work, 60);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(work, { timeout: 1500 });
  return () => cancelIdleCallback(handle);
};

/** The coloured pieces of a text, or null while and where there are none. */
export function useInk(text: string, language: string | undefined, closed: boolean): Run[] | null {
  const [, again] = useState(0);
  const wanted = closed && language !== undefined && text.length <= LONGEST;
  const key = wanted ? `${language}\n${text}` : "";
  const known = wanted ? held.get(key) : undefined;
  useEffect(() => {
    if (!wanted || held.has(key)) return;
    let current = true;
    const cancel = whenIdle(() => {
      void import("./highlight").then(({ runsOf }) => {
        if (held.size >= HELD) held.delete(held.keys().next().value ?? "");
        held.set(key, runsOf(text, language));
        if (current) again((n) => n + 1);
      }, () => {
        // Without its colours code is still code.
      });
    });
    return () => {
      current = false;
      cancel();
    };
  }, [wanted, key, text, language]);
  return known ?? null;
}

export function Inked({ runs }: { runs: Run[] }): ReactNode {
  return runs.map(({ ink, text }, at) => (ink ? <span key={at} className={ink}>{text}</span> : text));
}
