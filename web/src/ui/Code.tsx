/** A block of code: exact bytes, its language, a copy button. Never wraps, never joins letters. */
import { Copy } from "./Copy";

export function Code({ text, language, typing = false }: { text: string; language?: string | undefined; typing?: boolean }) {
  return (
    <div className="code">
      <div className="head"><span className="grow">{language || "text"}</span><Copy text={text} label="Copy code" /></div>
      <pre tabIndex={0}><code className={typing ? "typing" : undefined}>{text}</code></pre>
    </div>
  );
}
