/** What the last look at the server's health found, kept while this tab lives: a look starts programs and takes seconds. */
import { useSyncExternalStore } from "react";
import type { Finding, Report } from "../../api/house";
import type { Id } from "../../api/types";

/** Only for whoever asked: another person may sign in on the same tab. */
let last: { me: Id; report: Report } | null = null;
const listeners = new Set<() => void>();

export const lastReport = (me: Id | undefined): Report | null => (last?.me === me ? last?.report ?? null : null);
export function reported(me: Id, report: Report) {
  last = { me, report };
  for (const listener of listeners) listener();
}

export const wantsLook = (finding: Finding) => finding.state === "failed" || finding.state === "warning";

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
/** How many things want a look; none before the first one. */
export const useFindings = (me: Id | undefined): number => useSyncExternalStore(subscribe, () => lastReport(me)?.checks.filter(wantsLook).length ?? 0);
