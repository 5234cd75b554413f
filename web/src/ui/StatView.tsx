/** How many lines came and went. */
import type { Stat } from "./diff";

export function StatView({ added, removed }: Stat) {
  if (added + removed === 0) return null;
  return <span className="stat"><span className="a">+{added}</span> <span className="d">−{removed}</span></span>;
}
