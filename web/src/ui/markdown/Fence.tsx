/** A block of code: exact bytes, its language, copied with one click. Wraps only where the person says so. */
import { useState } from "react";
import { Copy } from "../Copy";
import { Icon } from "../Icon";
import { Inked, useInk } from "./ink";

/** `closed`: no more of it will come. */
export interface FenceProps { text: string; language?: string | undefined; typing?: boolean; closed?: boolean }

export function Fence({ text, language, typing = false, closed = !typing }: FenceProps) {
  const [wraps, setWraps] = useState(false);
  const runs = useInk(text, language?.toLowerCase(), closed);
  return (
    <div className={wraps ? "code wraps" : "code"}>
      <div className="head">
        <span className="grow cut">{language || "text"}</span>
        <button className="btn tool small" type="button" aria-label="Wrap lines" title="Wrap lines" aria-pressed={wraps} onClick={() => setWraps(!wraps)}><Icon name="wrap" /></button>
        <Copy text={text} label="Copy code" />
      </div>
      <pre tabIndex={0}><code className={typing && !closed ? "typing" : undefined}>{runs ? <Inked runs={runs} /> : text}</code></pre>
    </div>
  );
}
