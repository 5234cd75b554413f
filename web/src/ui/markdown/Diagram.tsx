/**
 * A diagram: a window of one height from its first line on, so that nothing moves when the picture comes. Shows the source
 * while it is written, where it cannot be drawn, and when asked to.
 */
import { useEffect, useRef, useState } from "react";
import { Copy } from "../Copy";
import { Icon } from "../Icon";
import { Viewer } from "../Viewer";
import type { Drawn } from "./diagrams";
import { useScheme } from "./scheme";

export function Diagram({ source, closed }: { source: string; closed: boolean }) {
  const window = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [asSource, setAsSource] = useState(false);
  const [large, setLarge] = useState(false);

  useEffect(() => {
    const box = window.current;
    if (!closed || !box) return;
    let current = true;
    // The library is heavy, so it waits until somebody is about to see the diagram.
    const near = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      near.disconnect();
      void import("./diagrams").then(({ drawDiagram }) => drawDiagram(source)).then(
        (one) => current && setDrawn(one),
        () => current && setDrawn({ is: "refused", why: "the drawing could not be loaded" }),
      );
    }, { root: box.closest(".scroll"), rootMargin: "400px" });
    near.observe(box);
    return () => {
      current = false;
      near.disconnect();
    };
  }, [source, closed, scheme]);

  const picture = drawn?.is === "picture" ? drawn : null;
  const shown = picture && !asSource;
  const label = `Diagram: ${source.trim().split("\n", 1)[0] ?? ""}`;
  return (
    <div className="code diagram">
      <div className="head">
        <span className="grow cut">mermaid</span>
        {picture ? (
          <>
            <button className="btn small quiet" type="button" onClick={() => setAsSource(!asSource)}>{asSource ? "Picture" : "Source"}</button>
            <button className="btn tool small" type="button" aria-label="Open large" title="Open large" onClick={() => setLarge(true)}><Icon name="expand" /></button>
          </>
        ) : null}
        <Copy text={source} label="Copy code" />
      </div>
      <div className="diagram-in" ref={window}>
        {shown
          ? <img src={picture.url} width={picture.width} height={picture.height} alt={label} decoding="async" />
          : <pre tabIndex={0}><code className={closed ? undefined : "typing"}>{source}</code></pre>}
        {drawn?.is === "refused" ? <p className="diagram-why"><Icon name="alert" className="icon-s" />Not drawn: {drawn.why.split("\n", 1)[0]}</p> : null}
      </div>
      {large && picture ? <Viewer title={label} src={picture.url} width={picture.width} height={picture.height} onClose={() => setLarge(false)} /> : null}
    </div>
  );
}
