/** What a try to sign in has in common wherever it leads: handing over where a browser ended up, and how long it is good for. */
import { type FormEvent, useState } from "react";
import type { Login } from "../api/types";
import { isAddress } from "../state/login";
import { useNow } from "../state/react";
import { clock } from "../state/words";
import { Field } from "./Field";
import { Lamp } from "./marks";
import "./sign-in.css";

/** For a browser that is not on the server's machine: its last page cannot open, but its address is what is needed. */
export function Paste({ placeholder, onPaste, busy }: { placeholder: string; onPaste: (url: string) => Promise<boolean>; busy: boolean }) {
  const [url, setUrl] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const hand = (event: FormEvent) => {
    event.preventDefault();
    if (!isAddress(url)) return setWrong("Paste the whole address of the last page, from http:// to its end.");
    void onPaste(url.trim()).then((went) => went && setUrl(""));
  };
  return (
    <form className="paste" onSubmit={hand}>
      <Field label="The address where it ended" value={url} wrong={wrong} type="url" inputMode="url" placeholder={placeholder} autoComplete="off" spellCheck={false}
        hint="On another machine than the server, the last page does not open. Copy its address from the browser’s bar and paste it here." onChange={(event) => {
          setUrl(event.target.value);
          setWrong(null);
        }} />
      <button className="btn" type="submit" disabled={busy || url.trim() === ""}>Hand it over</button>
    </form>
  );
}

export function Progress({ login, busy, onCancel }: { login: Login; busy: boolean; onCancel: () => void }) {
  const now = useNow(login.expires_at !== null);
  return (
    <div className="progress">
      <Lamp kind="running" /><span role="status">{login.state === "starting" ? "Starting" : "Waiting for you to sign in"}</span>
      {login.expires_at ? <span className="num" aria-hidden="true">{login.expires_at > now ? `Good for ${clock(login.expires_at - now)}` : "Running out"}</span> : null}
      <span className="grow" /><button className="btn small quiet" type="button" disabled={busy} onClick={onCancel}>Cancel</button>
    </div>
  );
}
