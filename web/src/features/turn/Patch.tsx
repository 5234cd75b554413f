/** A unified diff of one file, as the assistant proposed or made it. A long one is folded by its hunks. */
import { useMemo } from "react";
import type { FileChange } from "../../api/types";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { hunksOf, type Line, linesOf, LONG } from "./diff";

const signs = { add: "+", del: "−", ctx: " ", gap: "" };
const spoken = { add: "added", del: "removed", ctx: null, gap: null };

export function Patch({ path, change, diff }: FileChange) {
  const lines = useMemo(() => (diff ? linesOf(diff) : []), [diff]);
  const added = lines.filter((line) => line.kind === "add").length;
  const removed = lines.filter((line) => line.kind === "del").length;
  return (
    <div className="diff" role="group" aria-label={`Changes to ${path}`}>
      <div className="head">
        <Icon name="file" className="icon-s dim" /><span className="mono cut">{path}</span>
        {added + removed ? <span className="stat"><span className="a">+{added}</span> <span className="d">−{removed}</span></span> : <span className="dim">{change}</span>}
        <span className="grow" />{diff ? <Copy text={diff} label="Copy patch" /> : null}
      </div>
      {lines.length > LONG ? hunksOf(lines).map(({ key, title, lines: inside }) => (
        <details key={key} className="hunk">
          <summary><Icon name="right" className="turnkey" /><span className="cut">{title || `Lines from ${inside.find((line) => line.new !== null)?.new ?? 1}`}</span><span className="end num">{inside.length - 1} lines</span></summary>
          <Lines lines={inside} />
        </details>
      )) : lines.length ? <Lines lines={lines} /> : null}
    </div>
  );
}

function Lines({ lines }: { lines: Line[] }) {
  return (
    <div className="lines" tabIndex={0}>
      {lines.map((line, at) => (
        <div key={at} className={line.kind}>
          <span className="n">{line.old}</span><span className="n">{line.new}</span>
          {line.kind === "gap" ? null : <span className="sig">{spoken[line.kind] ? <span className="sr">{spoken[line.kind]} </span> : null}{signs[line.kind]}</span>}
          <span className="txt">{line.pieces ? line.pieces.map(({ text, differs }, part) => (differs ? <mark key={part}>{text}</mark> : text)) : line.text}</span>
        </div>
      ))}
    </div>
  );
}
