/**
 * What a turn did, one folded line each. A line never changes its height; it opens by the person's hand only, but for the plan
 * that is being followed. What was said earlier and summed up is a mark in the log, a proposed plan a card.
 */
import { memo, useMemo, useState } from "react";
import type { Item } from "../../api/types";
import type { HeldItem } from "../../state/model";
import { useNow } from "../../state/react";
import { agentsWords, clock, stepResult, stepTook, stepWords } from "../../state/words";
import { Icon, type IconName } from "../../ui/Icon";
import "../../ui/turn.css";
import { bodyOf } from "./bodies";
import { changeWords, statOf } from "../../ui/diff";
import { Proposal } from "./Proposal";
import { type Row, rowsOf } from "./rows";
import { StatView } from "../../ui/StatView";

/** `live`: the turn still runs, so an open item is really under way. */
export function Steps({ items, live }: { items: HeldItem[]; live: boolean }) {
  const rows = useMemo(() => rowsOf(items), [items]);
  return <div className="steps">{rows.map((row) => <RowView key={row.item.id} {...row} live={live} />)}</div>;
}

/** `below`: it stands below the step of the agent whose doing it is. */
function RowView({ item, raw, doings, live, below = false }: Row & { live: boolean; below?: boolean }) {
  const running = live && item.status === "open";
  if (item.kind === "compaction") return <div className="summed" role="separator"><span>{stepWords(item)}</span></div>;
  if (item.kind === "proposal") return <Proposal item={item} running={running} />;
  const step = <Step item={item} raw={raw} running={running} whose={item.agent && !below ? agentsWords([item.agent]) : null} />;
  if (!doings.length) return step;
  return (
    <>
      {step}
      <div className="steps doings" role="group" aria-label={`What ${agentsWords(item.agents ?? [])} did`}>
        {doings.map((row) => <RowView key={row.item.id} {...row} live={live} below />)}
      </div>
    </>
  );
}

const icons: Record<Item["kind"], IconName> = {
  text: "thought", reasoning: "thought", raw_reasoning: "thought", command: "terminal", file_change: "diff", tool_call: "plug", web_search: "globe",
  plan: "plan", proposal: "plan", turn_diff: "diff", compaction: "wrap", subagent: "people", image: "image", hook: "key", notice: "alert", other: "circle",
};

const isThought = (item: Item) => item.kind === "reasoning" || item.kind === "raw_reasoning";

const Step = memo(function Step({ item, raw, running, whose }: { item: HeldItem; raw: HeldItem | null; running: boolean; whose: string | null }) {
  const now = useNow(running);
  // What was seen running keeps its place when it ends without a word.
  const [seen] = useState(running);
  const [open] = useState(running && item.kind === "plan");
  const body = bodyOf({ item, raw, running, seen });
  const result = stepResult(item, running);
  const stat = useMemo(() => (item.changes ?? []).map(({ diff }) => statOf(diff ?? "")), [item.changes]);
  const line = (
    <>
      {isThought(item) ? null : <Icon name={icons[item.kind]} />}
      <span className={item.kind === "command" ? "cmd cut" : "cut"}>{stepWords(item)}</span>
      <span className="end">
        {whose ? <span>{whose}</span> : null}
        {stat.length ? <StatView {...changeWords(stat)} /> : null}
        {result ? <span className={result.mood === "calm" ? undefined : result.mood}>{result.text}</span> : null}
        {isThought(item) && !running ? null : <span className="t">{running ? <span aria-hidden="true">{clock(now - item.started_at)}</span> : stepTook(item)}</span>}
      </span>
    </>
  );
  if (!body) return <div className="step flat"><span className="turnkey-space" />{line}</div>;
  return (
    <details className="step" open={open} {...(item.kind === "plan" && !item.agent ? { "data-plan": "" } : {})} {...(item.changes?.length ? { "data-files": item.changes.map(({ path }) => path).join("\n") } : {})}>
      <summary><Icon name="right" className="turnkey" />{line}</summary>
      {body}
    </details>
  );
});
