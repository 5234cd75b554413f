/** What a turn did, one folded line each. A line never changes its height; it opens by the person's hand only. */
import { memo, type ReactNode, useState } from "react";
import type { Item } from "../../api/types";
import type { HeldItem } from "../../state/model";
import { useNow } from "../../state/react";
import { clock, stepWords, took } from "../../state/words";
import { Icon, type IconName } from "../../ui/Icon";
import { Markdown } from "../../ui/markdown/Markdown";
import { Output } from "./Output";
import { Patch } from "./Patch";

/** `live`: the turn still runs, so an open item is really under way. */
export function Steps({ items, live }: { items: HeldItem[]; live: boolean }) {
  return <div className="steps">{items.map((item) => <Step key={item.id} item={item} running={live && item.status === "open"} />)}</div>;
}

const icons: Record<Item["kind"], IconName> = {
  text: "thought", reasoning: "thought", command: "terminal", file_change: "diff", tool_call: "plug", web_search: "globe",
  plan: "plan", notice: "alert", other: "circle",
};

const Step = memo(function Step({ item, running }: { item: HeldItem; running: boolean }) {
  const now = useNow(running);
  // What was seen running keeps its place when it ends without a word.
  const [seen] = useState(running);
  const body = bodyOf(item, running, seen);
  const line = (
    <>
      {item.kind === "reasoning" ? null : <Icon name={icons[item.kind]} />}
      <span className={item.kind === "command" ? "cmd cut" : "cut"}>{stepWords(item)}</span>
      <span className="end"><Result item={item} running={running} />{item.kind === "reasoning" && !running
        ? null
        : <span className="t">{running ? <span aria-hidden="true">{clock(now - item.started_at)}</span> : duration(item)}</span>}
      </span>
    </>
  );
  if (!body) return <div className="step flat"><span className="turnkey-space" />{line}</div>;
  return (
    <details className="step">
      <summary><Icon name="right" className="turnkey" />{line}</summary>
      {body}
    </details>
  );
});

function duration(item: Item): string {
  return item.ended_at === null || item.status === "declined" || item.kind === "notice" || item.kind === "plan" ? "" : took(item.ended_at - item.started_at);
}

function Result({ item, running }: { item: Item; running: boolean }) {
  if (running) return <span className="live">running</span>;
  if (item.status === "declined") return <span>declined</span>;
  if (item.status === "cut" || item.status === "open") return <span>cut off</span>;
  if (item.kind === "command" && typeof item.exit_code === "number") {
    return item.exit_code === 0 ? <span>exit 0</span> : <span className="bad">exit {item.exit_code}</span>;
  }
  if (item.status === "failed") return <span className="bad">failed</span>;
  return item.kind === "tool_call" ? <span>ok</span> : null;
}

function bodyOf(item: HeldItem, running: boolean, seen: boolean): ReactNode {
  const text = item.text.trimEnd();
  switch (item.kind) {
    case "reasoning": return text ? <div className="body note"><Markdown text={text} /></div> : null;
    case "command": return (
      <div className="body">
        <div className="code out">
          <pre tabIndex={0} aria-label="Command" className="exact"><span className="c">$ </span>{item.command ?? text}{item.cwd ? <span className="c">{`\n  in ${item.cwd}`}</span> : null}</pre>
          {item.command && (text || running || seen) ? <Output text={text} running={running} /> : null}
        </div>
      </div>
    );
    case "file_change": return item.changes?.length
      ? <div className="body">{item.changes.map((change) => <Patch key={change.path} {...change} />)}</div>
      : null;
    case "plan": return item.steps?.length ? (
      <div className="body">
        <ol className="plan">
          {item.steps.map((step) => (
            <li key={step.text} className={step.done ? "done" : "todo"}>
              <Icon name={step.done ? "done" : "circle"} /><span>{step.text}<span className="sr">{step.done ? ", done" : ", to do"}</span></span>
            </li>
          ))}
        </ol>
      </div>
    ) : null;
    case "tool_call": {
      const asked = item.arguments === undefined || item.arguments === null ? "" : JSON.stringify(item.arguments, null, 2);
      const both = [asked, text].filter(Boolean).join("\n→ ");
      return both ? <div className="body"><div className="code out"><pre tabIndex={0} aria-label="Output">{both}</pre></div></div> : null;
    }
    case "notice": return text.length > 60 || text.includes("\n") ? <div className="body note">{text}</div> : null;
    default: return text.length > 80 || text.includes("\n") ? <div className="body note">{text}</div> : null;
  }
}
