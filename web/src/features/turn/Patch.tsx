/** A unified diff of one file, as the assistant proposed or made it. */
import { useMemo } from "react";
import type { FileChange } from "../../api/types";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";

interface Line { kind: "add" | "del" | "ctx" | "gap"; old: number | null; new: number | null; text: string }

/** Lines of a unified diff with their numbers. File headers are left out: the card names the file. */
export function linesOf(diff: string): Line[] {
  const lines: Line[] = [];
  let before = 0;
  let after = 0;
  let inside = false;
  for (const raw of diff.replace(/\n$/, "").split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/.exec(raw);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      inside = true;
      lines.push({ kind: "gap", old: null, new: null, text: hunk[3] ?? "" });
    } else if (!inside || raw.startsWith("\\")) continue;
    else if (raw.startsWith("+")) lines.push({ kind: "add", old: null, new: after++, text: raw.slice(1) });
    else if (raw.startsWith("-")) lines.push({ kind: "del", old: before++, new: null, text: raw.slice(1) });
    else lines.push({ kind: "ctx", old: before++, new: after++, text: raw.slice(1) });
  }
  return lines;
}

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
      {lines.length ? (
        <div className="lines" tabIndex={0}>
          {lines.map((line, at) => (
            <div key={at} className={line.kind}>
              <span className="n">{line.old}</span><span className="n">{line.new}</span>
              {line.kind === "gap" ? null : <span className="sig">{spoken[line.kind] ? <span className="sr">{spoken[line.kind]} </span> : null}{signs[line.kind]}</span>}
              <span className="txt">{line.text}</span>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
