/** Files that are dropped anywhere on the screen of the thread. Owns what shows while they hover over it. */
import { type ReactPortal, type RefObject, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { bytes } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { FILE_LIMIT, FILES_LIMIT } from "./files";

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

/** `within` is any element of the screen; the target is the whole of it. */
export function useDrop(within: RefObject<HTMLElement | null>, onFiles: (files: File[]) => void): ReactPortal | null {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [over, setOver] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;

  useEffect(() => setTarget(within.current?.closest<HTMLElement>(".main") ?? null), [within]);
  useEffect(() => {
    if (!target) return;
    // Entering a child is told before leaving its parent, so the depth says whether the pointer is still inside.
    let depth = 0;
    const listen = new AbortController();
    const on = (kind: "dragenter" | "dragover" | "dragleave" | "drop", act: (event: DragEvent) => void) =>
      target.addEventListener(kind, (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        act(event);
      }, { signal: listen.signal });
    on("dragenter", () => {
      depth += 1;
      setOver(true);
    });
    on("dragover", (event) => {
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    });
    on("dragleave", () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    });
    on("drop", (event) => {
      depth = 0;
      setOver(false);
      take.current([...event.dataTransfer?.files ?? []]);
    });
    // A file that misses the target would otherwise replace the page.
    for (const kind of ["dragover", "drop"] as const) {
      addEventListener(kind, (event) => holdsFiles(event) && event.preventDefault(), { signal: listen.signal });
    }
    return () => listen.abort();
  }, [target]);

  if (!over || !target) return null;
  return createPortal(
    <div className="drop-here"><p><Icon name="clip" />Drop to attach<span className="hint">Images, text and PDFs, {FILES_LIMIT} with a message, each at most {bytes(FILE_LIMIT)}</span></p></div>,
    target,
  );
}
