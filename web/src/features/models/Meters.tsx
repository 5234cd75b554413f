/** How full the conversation is and how much of the plan is used, beside the button that uses more of both. */
import { useMemo } from "react";
import { contextOf, limitName, meterKind, percentWord, resetWord, tightest, tokens } from "../../state/models";
import { useNow, useView } from "../../state/react";
import { until } from "../../state/words";
import { Popover } from "../../ui/Popover";
import { Bar, LimitMeters } from "./Meter";
import { type HowAsk, useHow } from "./useHow";

const ink = (percent: number) => ({ "": "", high: " needs-ink", full: " bad-ink" })[meterKind(percent)];

export function Meters(ask: HowAsk) {
  const { group } = useHow(ask);
  const turns = useView((state) => state.turns);
  const context = useMemo(() => (ask.place === "new" ? null : contextOf(Object.values(turns), ask.place)), [turns, ask.place]);
  const limits = group?.limits ?? [];
  const limit = tightest(limits);
  const now = useNow(limit !== undefined, 60_000);
  if (!context && !limit) return null;
  const reset = limit ? resetWord(limit.resets_at, now) : "";
  const label = [
    context ? `Context ${percentWord(context.percent).replace("%", " percent")} used` : null,
    limit ? `${limitName(limit)} limit ${percentWord(limit.used_percent).replace("%", " percent")} used${reset ? `, ${reset}` : ""}` : null,
  ].filter(Boolean).join(". ");
  // On a phone there is room for one number: the plan's once it warns, else the conversation's.
  const first = limit && (!context || limit.used_percent >= 75) ? "limit" : "context";
  return (
    <span className="meters">
      <Popover label={label} buttonClass="chip num" side="above" align="end" button={(
        <>
          {context ? <span className={`${first === "context" ? "" : "wide-only"}${ink(context.percent)}`}><Ring percent={context.percent} /><span className="wide-only">Context </span>{percentWord(context.percent)}</span> : null}
          {limit ? <span className={`${first === "limit" ? "" : "wide-only"}${ink(limit.used_percent)}`}><Bar percent={limit.used_percent} /><span className="wide-only">Limit </span>{percentWord(limit.used_percent)}{limit.used_percent >= 100 && limit.resets_at ? <span className="wide-only">, {reset}</span> : null}</span> : null}
        </>
      )}>
        <div className="meter-panel">
          {context ? (
            <div>
              <div className="lab"><span>Context</span><span className={`num${ink(context.percent)}`}>{percentWord(context.percent)}</span></div>
              <Bar percent={context.percent} label={`Context ${percentWord(context.percent).replace("%", " percent")} used`} />
              <div className="hint num">{tokens(context.usage.context)} of {tokens(context.usage.window ?? 0)} tokens after the last answer{context.percent >= 75 ? ". /compact sums it up" : ""}</div>
            </div>
          ) : null}
          {limits.length ? <LimitMeters limits={limits} now={now} /> : null}
          {limit && limit.used_percent >= 100 && limit.resets_at ? <p className="hint">Until then it answers nobody here: {until(limit.resets_at, now)}. Another model may.</p> : null}
        </div>
      </Popover>
    </span>
  );
}

const AROUND = 2 * Math.PI * 5;

/** The conversation is a ring, the plan a bar, so that two numbers side by side are told apart. */
function Ring({ percent }: { percent: number }) {
  return (
    <svg className="icon ring" viewBox="0 0 16 16" aria-hidden="true">
      <circle className="ring-whole" cx="8" cy="8" r="5" />
      <circle className="ring-part" cx="8" cy="8" r="5" strokeDasharray={`${(Math.max(0, Math.min(100, percent)) / 100) * AROUND} ${AROUND}`} transform="rotate(-90 8 8)" />
    </svg>
  );
}
