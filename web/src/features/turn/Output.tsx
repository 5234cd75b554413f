/** What a command wrote: a window of fixed height that follows its end while the command runs. */
import { useLayoutEffect, useRef } from "react";

export function Output({ text, running }: { text: string; running: boolean }) {
  const pre = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    if (running && pre.current) pre.current.scrollTop = pre.current.scrollHeight;
  }, [text, running]);
  return <pre ref={pre} tabIndex={0} aria-label={running ? "Live output" : "Output"} className="printed" {...(running ? { "data-follow": "" } : {})}>{text}</pre>;
}
