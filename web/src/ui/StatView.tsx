/** How many lines came and went. */
import type { Stat } from "./diff";

export function StatView({ added, removed }: Stat) {
  if (added + removed === 0) return null;
  return <span className="stat">{added ? <span className="a">+{added}</span> : null}{added && removed ? " " : null}{removed ? <span className="d">−{removed}</span> : null}</span>;
}
