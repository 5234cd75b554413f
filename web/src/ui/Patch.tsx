/** A unified diff of one file, as the assistant proposed or made it. A long one is folded by its hunks. Loaded when one is drawn. */
import { memo, type ReactNode, useMemo, useState } from "react";
import type { FileChange } from "../api/types";
import { Copy } from "./Copy";
import { Icon } from "./Icon";
import { type Run, useInk } from "./markdown/ink";
import { besides, hunksOf, type Line, linesOf, LONG } from "./diff";
import { cellsOf, inked, languageOf, sideText } from "./inks";
import { StatView } from "./StatView";
import { useDiffView } from "./useDiffView";

const signs = { add: "+", del: "−", ctx: " ", gap: "" };
const spoken = { add: "added", del: "removed", ctx: null, gap: null };
const done: Record<string, string> = { add: "added", delete: "deleted", move: "moved", update: "changed" };

export interface PatchProps extends FileChange {
  folded?: boolean;
  /** What is copied, where the diff is drawn with marks in it. */
  source?: string | null;
  /** Nothing of it is folded, however long it is: somebody decides about it. */
  whole?: boolean;
}

export const Patch = memo(function Patch({ path, change, diff, folded = false, source = diff ?? null, whole = false }: PatchProps) {
  const [open, setOpen] = useState(!folded);
  const [view, setView] = useDiffView();
  const lines = useMemo(() => (diff ? linesOf(diff, whole) : []), [diff, whole]);
  const added = lines.filter((line) => line.kind === "add").length;
  const removed = lines.filter((line) => line.kind === "del").length;
  const split = view === "split";
  const name = (
    <>
      <Icon name="file" className="icon-s dim" /><span className="mono cut">{path}</span>
      {added + removed ? <StatView added={added} removed={removed} /> : null}
      {change !== "update" || added + removed === 0 ? <span className="dim">{done[change] ?? change}</span> : null}
    </>
  );
  return (
    <div className="diff" role="group" aria-label={`Changes to ${path}`}>
      <div className={open && lines.length ? "head" : "head alone"}>
        {lines.length
          ? <button className="fold" type="button" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="right" className="turnkey" />{name}</button>
          : <span className="fold">{name}</span>}
        {open && lines.length ? (
          <button className="btn tool small side-by-side" type="button" aria-pressed={split} aria-label="Side by side" title="Side by side" onClick={() => setView(split ? "unified" : "split")}><Icon name="columns" /></button>
        ) : null}
        <Copy text={path.split(" → ").at(-1) ?? path} label="Copy path" icon="paste" />{source ? <Copy text={source} label="Copy diff" /> : null}
      </div>
      {open && lines.length ? <Inside path={path} lines={lines} split={split} whole={whole} /> : null}
    </div>
  );
});

type Inks = (line: Line) => Run[] | undefined;

function Inside({ path, lines, split, whole }: { path: string; lines: Line[]; split: boolean; whole: boolean }) {
  const language = languageOf(path);
  const [before, after] = useMemo(() => (language ? [sideText(lines, "old"), sideText(lines, "new")] : ["", ""]), [lines, language]);
  const oldRuns = useInk(before, language, true);
  const newRuns = useInk(after, language, true);
  const inks = useMemo<Inks>(() => {
    const old = oldRuns ? inked(lines, "old", oldRuns) : null;
    const fresh = newRuns ? inked(lines, "new", newRuns) : null;
    return (line) => (line.kind === "del" ? old : fresh)?.get(line);
  }, [lines, oldRuns, newRuns]);
  const draw = (some: Line[]) => (split ? <Sides lines={some} inks={inks} /> : <Lines lines={some} inks={inks} />);
  if (whole || lines.length <= LONG) return draw(lines);
  return hunksOf(lines).map(({ key, title, lines: inside }) => (
    <Hunk key={key} title={title || `Lines from ${inside.find((line) => line.new !== null)?.new ?? 1}`} count={inside.length - 1} draw={() => draw(inside)} />
  ));
}

/** Its lines are drawn once it is opened: a diff of ten thousand lines costs what is looked at. */
function Hunk({ title, count, draw }: { title: string; count: number; draw: () => ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <details className="hunk" onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary><Icon name="right" className="turnkey" /><span className="cut">{title}</span><span className="end num">{count} {count === 1 ? "line" : "lines"}</span></summary>
      {opened ? draw() : null}
    </details>
  );
}

function Sign({ line }: { line: Line }) {
  if (line.kind === "gap") return null;
  return <span className="sig">{spoken[line.kind] ? <span className="sr">{spoken[line.kind]} </span> : null}{signs[line.kind]}</span>;
}

function Words({ line, inks }: { line: Line; inks: Inks }) {
  const cells = line.kind === "gap" ? [{ text: line.text, ink: null, differs: false }] : cellsOf(line, inks(line));
  return (
    <span className="txt">
      {cells.map(({ text, ink, differs }, at) => {
        const words = ink ? <span key={at} className={ink}>{text}</span> : text;
        return differs ? <mark key={at}>{words}</mark> : words;
      })}
    </span>
  );
}

function Lines({ lines, inks }: { lines: Line[]; inks: Inks }) {
  return (
    <div className="lines" tabIndex={0}>
      {lines.map((line, at) => (
        <div key={at} className={line.kind}>
          <span className="n">{line.old}</span><span className="n">{line.new}</span><Sign line={line} /><Words line={line} inks={inks} />
        </div>
      ))}
    </div>
  );
}

/** Every row has one height, so that the two sides, which scroll by themselves, stay level. */
function Sides({ lines, inks }: { lines: Line[]; inks: Inks }) {
  const rows = useMemo(() => besides(lines), [lines]);
  const side = (which: "left" | "right") => (
    <div className="lines" tabIndex={0} aria-label={which === "left" ? "Before" : "After"}>
      {rows.map((row, at) => {
        const line = row[which];
        if (!line) return <div key={at} className="none" />;
        return <div key={at} className={line.kind}><span className="n">{which === "left" ? line.old : line.new}</span><Sign line={line} />{which === "right" && line.kind === "gap" ? null : <Words line={line} inks={inks} />}</div>;
      })}
    </div>
  );
  return <div className="sides">{side("left")}{side("right")}</div>;
}
