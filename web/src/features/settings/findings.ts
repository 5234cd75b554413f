/** What the last look at the server's health found, kept while this tab lives: a look starts programs and takes seconds. */
import { useSyncExternalStore } from "react";
import type { Finding, Report } from "../../api/house";

let last: Report | null = null;
const listeners = new Set<() => void>();

export const lastReport = () => last;
export function reported(report: Report) {
  last = report;
  for (const listener of listeners) listener();
}

export const wantsLook = (finding: Finding) => finding.state === "failed" || finding.state === "warning";

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
/** How many things want a look; none before the first one. */
export const useFindings = (): number => useSyncExternalStore(subscribe, () => last?.checks.filter(wantsLook).length ?? 0);
