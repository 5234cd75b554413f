/** The ways to sign in to a backend, all in sight, each with what it asks of whoever goes it. A key is sent once and never kept here. */
import { type FormEvent, useState } from "react";
import type { LoginMethod } from "../../api/types";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { type Way, wayWords, waysOf } from "./backend-words";

export interface WaysProps {
  title: string;
  methods: LoginMethod[];
  /** The way that was tried before and may be tried again. */
  tried: Way | null;
  busy: boolean;
  onBegin: (way: Way, key?: string) => void;
}

export function Ways({ title, methods, tried, busy, onBegin }: WaysProps) {
  const [adding, setAdding] = useState(tried === "api_key");
  return (
    <ul className="sign-in-ways" aria-label="Ways to sign in">
      {waysOf(methods).map((way, at) => {
        const { icon, name, says, act } = wayWords[way];
        const said = `way-${way}`;
        return (
          <li key={way}>
            <Icon name={icon} />
            <div className="lines"><h3>{name}</h3><p id={said} className="hint">{says}</p></div>
            {way === "api_key" && adding ? <Key busy={busy} again={tried === way} onKey={(key) => onBegin(way, key)} /> : (
              <button className={at === 0 ? "btn primary" : "btn"} type="button" aria-describedby={said} disabled={busy} onClick={() => (way === "api_key" ? setAdding(true) : onBegin(way))}>
                {tried === way ? "Try again" : at === 0 ? `${act} with ${title}` : act}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Key({ busy, again, onKey }: { busy: boolean; again: boolean; onKey: (key: string) => void }) {
  const [key, setKey] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    onKey(key.trim());
    setKey("");
  };
  return (
    <form className="key-form" onSubmit={send}>
      <Field label="API key" type="password" autoComplete="off" spellCheck={false} autoFocus value={key} required maxLength={500} onChange={(event) => setKey(event.target.value)}
        hint="It is kept on the server by the vendor’s program and never shown again." />
      <button className="btn" type="submit" disabled={busy || key.trim() === ""}>{again ? "Try this key" : "Use this key"}</button>
    </form>
  );
}
