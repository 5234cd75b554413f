/** One formula: its source until it can be drawn, and where it cannot. */
import { useEffect, useMemo, useState } from "react";

type MathOf = (source: string, display: boolean) => Element | null;
let loaded: MathOf | null = null;

export interface FormulaProps { source: string; display: boolean; closed: boolean }

export function Formula({ source, display, closed }: FormulaProps) {
  const [here, setHere] = useState(loaded !== null);
  useEffect(() => {
    if (!closed || here) return;
    let current = true;
    void import("./mathml").then(({ mathOf }) => {
      loaded = mathOf;
      if (current) setHere(true);
    }, () => {
      // The source says the same.
    });
    return () => {
      current = false;
    };
  }, [closed, here]);
  // An element of its own for each place: one element cannot stand in two.
  const drawn = useMemo(() => (closed && here ? loaded?.(source, display) ?? null : null), [source, display, closed, here]);
  const kind = display ? "math shown" : "math";
  if (drawn) return <span className={kind} tabIndex={display ? 0 : undefined} ref={(at) => at?.replaceChildren(drawn)} />;
  return <code className={`${kind} source${closed ? "" : " typing"}`}>{source}</code>;
}
