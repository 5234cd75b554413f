/** What a step shows when it is opened, by its kind. Null where its line says everything. */
import { lazy, type ReactNode, Suspense } from "react";
import type { HeldItem } from "../../state/model";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { Inked, useInk } from "../../ui/markdown/ink";
import { Markdown } from "../../ui/markdown/Markdown";
import { Lamp } from "../../ui/marks";
import { Checklist } from "./Checklist";
import { Output } from "./Output";
import { pretty } from "./rows";

const Patch = lazy(() => import("../../ui/Patch").then(({ Patch: draw }) => ({ default: draw })));

/** `seen`: it was seen running, so it keeps its place when it ends without a word. */
export interface BodyProps { item: HeldItem; raw: HeldItem | null; running: boolean; seen: boolean }

export function bodyOf({ item, raw, running, seen }: BodyProps): ReactNode {
  const text = item.text.trimEnd();
  switch (item.kind) {
    case "reasoning": case "raw_reasoning": return thought(text, raw?.text.trim() ?? "", running);
    case "command": return (
      <div className="body">
        <div className="code out">
          <pre tabIndex={0} aria-label="Command" className="exact"><span className="c">$ </span>{item.command ?? text}{item.cwd ? <span className="c">{`\n  in ${item.cwd}`}</span> : null}</pre>
          {item.command && (text || running || seen) ? <Output text={text} running={running} /> : null}
        </div>
      </div>
    );
    case "file_change": return item.changes?.length ? (
      <div className="body patches">
        <Suspense fallback={null}>{item.changes.map((change) => <Patch key={change.path} {...change} />)}</Suspense>
      </div>
    ) : null;
    case "plan": return item.steps?.length ? <div className="body"><Checklist steps={item.steps} running={running} /></div> : null;
    case "tool_call": return toolCall(item, text, running);
    case "image": return item.path || text ? (
      <div className="body note">
        {item.path ? <span className="path"><span className="mono">{item.path}</span><Copy text={item.path} label="Copy path" /></span> : null}
        {text ? <p>{text}</p> : null}
      </div>
    ) : null;
    case "subagent": case "hook": return text ? <div className="body note said-plain">{text}</div> : null;
    case "notice": return text.length > 60 || text.includes("\n") ? <div className="body note">{text}</div> : null;
    default: return text.length > 80 || text.includes("\n") ? <div className="body note said-plain">{text}</div> : null;
  }
}

function thought(summary: string, raw: string, running: boolean): ReactNode {
  if (!summary && !raw) return null;
  return (
    <div className="body note">
      <Markdown text={summary || raw} open={running} />
      {summary && raw ? (
        <details className="raw-thought">
          <summary><Icon name="right" className="turnkey" />Show as it was thought</summary>
          <div className="said-plain">{raw}</div>
        </details>
      ) : null}
    </div>
  );
}

function toolCall(item: HeldItem, text: string, running: boolean): ReactNode {
  const given = pretty(item.arguments);
  const result = pretty(text);
  const empty = given.text === "" || given.text === "{}";
  if (empty && !result.text && !(running && item.progress)) return null;
  return (
    <div className="body">
      <div className="code out call">
        {empty ? null : <Piece label="Arguments" {...given} />}
        {running && item.progress ? <div className="tail" role="status"><Lamp kind="running" /><span className="cut">{item.progress}</span></div> : null}
        {result.text ? <Piece label={item.status === "failed" ? "Error" : "Result"} bad={item.status === "failed"} {...result} /> : null}
      </div>
    </div>
  );
}

function Piece({ label, text, json, bad = false }: { label: string; text: string; json: boolean; bad?: boolean }) {
  const runs = useInk(text, json ? "json" : undefined, true);
  return (
    <>
      <div className="head"><span className="grow">{label}</span><Copy text={text} label={`Copy ${label.toLowerCase()}`} /></div>
      <pre tabIndex={0} aria-label={label} className={bad ? "bad" : undefined}>{runs ? <Inked runs={runs} /> : text}</pre>
    </>
  );
}
