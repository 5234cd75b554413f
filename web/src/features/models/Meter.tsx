/** How much of something is used: a bar, never without its number and when it begins anew. */
import type { Limit, Millis } from "../../api/types";
import { limitName, meterKind, percentWord, resetWord } from "../../state/models";
import { until } from "../../state/words";

/** Without a label it stands beside words that say the same. */
export function Bar({ percent, label }: { percent: number; label?: string }) {
  const kind = meterKind(percent);
  return <span className={kind ? `meter ${kind}` : "meter"} {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}><i style={{ width: `${Math.max(0, Math.min(100, percent))}%` }} /></span>;
}

export function LimitMeters({ limits, now }: { limits: Limit[]; now: Millis }) {
  return <div className="limits">{limits.map((limit) => <LimitMeter key={limit.id} limit={limit} now={now} />)}</div>;
}

function LimitMeter({ limit, now }: { limit: Limit; now: Millis }) {
  const name = limitName(limit);
  const reset = resetWord(limit.resets_at, now);
  const kind = meterKind(limit.used_percent);
  const word = percentWord(limit.used_percent);
  return (
    <div>
      <div className="lab"><span>{name}</span><span className={kind === "full" ? "num bad-ink" : kind ? "num needs-ink" : "num"}>{word}</span></div>
      <Bar percent={limit.used_percent} label={`${name} ${word.replace("%", " percent")} used${reset ? `, ${reset}` : ""}`} />
      <div className="hint num">{reset ? `${reset}${kind && limit.resets_at ? `, ${until(limit.resets_at, now)}` : ""}` : "no reset told"}</div>
    </div>
  );
}
