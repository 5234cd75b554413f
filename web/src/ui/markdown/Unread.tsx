/** Text that is not read as Markdown, as it was written: its beginning, all of it when asked to, copied with one click. */
import { useState } from "react";
import { bytes } from "../../state/words";
import { Copy } from "../Copy";

const SHOWN = 2000;

export function Unread({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const long = text.length > SHOWN;
  return (
    <div className="unread-text">
      <p>{long && !whole ? `${text.slice(0, SHOWN)}…` : text}</p>
      {long ? (
        <div className="tail">
          <span className="num">{bytes(text.length)}, shown as it was written</span><span className="grow" />
          <button className="btn small quiet" type="button" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? "Less" : "All of it"}</button>
          <Copy text={text} label="Copy text" />
        </div>
      ) : null}
    </div>
  );
}
