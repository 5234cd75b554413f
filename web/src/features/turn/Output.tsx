/**
 * What a command wrote. While it runs: a window of fixed height that fades at its top and follows its end. It keeps that height
 * when the command ends, and shows all of it when asked to.
 */
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Copy } from "../../ui/Copy";
import { Lamp } from "../../ui/marks";
import { endOf, lineCount } from "./rows";

/** As many lines as the window holds. */
const LINES = 8;
/** Letters that are laid out while nobody asked for all: of a growing text on every frame, of one that is over once. */
const LIVE = 8_000;
const OVER = 60_000;

export function Output({ text, running }: { text: string; running: boolean }) {
  const pre = useRef<HTMLPreElement>(null);
  const [live] = useState(running);
  const [whole, setWhole] = useState(false);
  const lines = useMemo(() => lineCount(text), [text]);
  const shown = whole ? text : endOf(text, running ? LIVE : OVER);
  const long = lines > LINES || shown.length < text.length;
  useLayoutEffect(() => {
    if (running && !whole && pre.current) pre.current.scrollTop = pre.current.scrollHeight;
  }, [text, running, whole]);
  const kind = ["printed", live && !whole ? "live" : "", whole ? "whole" : ""].filter(Boolean).join(" ");
  return (
    <>
      <pre ref={pre} tabIndex={0} aria-label={running ? "Live output" : "Output"} className={kind} {...(running && !whole && long ? { "data-follow": "" } : {})}>
        {shown || <span className="c">{running ? "Nothing yet" : "Nothing was written"}</span>}
      </pre>
      {live || long ? (
        <div className="tail">
          {running ? <Lamp kind="running" /> : null}
          <span className="num">{lines} {lines === 1 ? "line" : "lines"}{running ? ", following" : ""}</span><span className="grow" />
          {long ? <button className="btn small quiet" type="button" onClick={() => setWhole(!whole)}>{whole ? "Less" : "All output"}</button> : null}
          {text ? <Copy text={text} label="Copy output" /> : null}
        </div>
      ) : null}
    </>
  );
}
