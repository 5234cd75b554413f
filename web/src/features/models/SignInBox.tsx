/** One try to sign in: choosing the way, waiting for it, and how it ended. Keys are sent once and never kept here. */
import { type FormEvent, useEffect, useState } from "react";
import { backends } from "../../api/backends";
import type { Backend, Login, LoginMethod } from "../../api/types";
import { loginEnd, signingIn } from "../../state/login";
import { useDesk } from "../../state/react";
import { Choice } from "../../ui/Choice";
import { Copy } from "../../ui/Copy";
import { Field } from "../../ui/Field";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Paste, Progress } from "../../ui/SignInSteps";
import { Trouble } from "../../ui/Trouble";
import { methodWords } from "./backend-words";

export interface BoxProps { backend: Backend; onClose: () => void; onDone: () => void }

export function SignInBox({ backend, onClose, onDone }: BoxProps) {
  const desk = useDesk();
  const { id, title, login, sign_ins } = backend;
  const { run, busy, problem } = useAction();
  const [picked, setPicked] = useState<LoginMethod | null>(null);
  const [key, setKey] = useState("");
  // The try that stood here before this box was opened is history, unless it is under way.
  const [tried, setTried] = useState(signingIn(login));
  const way = picked ?? login?.method ?? sign_ins[0] ?? "browser";
  const step = (work: () => Promise<Backend>) => run(() => desk.models.act(id, work));
  const done = tried && login?.state === "done";
  useEffect(() => {
    if (done) onDone();
  }, [done, onDone]);
  const begin = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const sent = key.trim();
    void step(() => backends.signIn(id, way, way === "api_key" ? sent : undefined)).then((went) => went && setKey(""));
  };

  if (login && signingIn(login)) {
    return (
      <div className="sign-in" role="group" aria-label={`Signing in to ${title}`}>
        <Waiting backend={backend} login={login} onPaste={(url) => step(() => backends.paste(id, url))} busy={busy} />
        <Trouble problem={problem} />
        <Progress login={login} busy={busy} onCancel={() => void step(() => backends.cancelSignIn(id))} />
      </div>
    );
  }
  const end = login ? loginEnd(login) : null;
  return (
    <form className="sign-in" aria-label={`Sign in to ${title}`} onSubmit={begin}>
      {end ? (
        <p className={login?.state === "cancelled" ? "hint" : "error-line"} role={login?.state === "cancelled" ? "status" : "alert"}>
          {login?.state === "cancelled" ? null : <Icon name="alert" className="icon-s" />}<span><Hint text={end.said} />{end.hint ? <> <Hint text={end.hint} /></> : null}</span>
        </p>
      ) : null}
      {sign_ins.length > 1 ? <Choice<LoginMethod> label="How to sign in" value={way} options={sign_ins.map((one) => [one, methodWords[one]])} onPick={setPicked} disabled={busy} /> : null}
      {way === "api_key"
        ? <Field label="API key" type="password" autoComplete="off" spellCheck={false} value={key} required maxLength={500} onChange={(event) => setKey(event.target.value)} hint="Billed per token by the vendor, not by a plan. It is kept on the server by the vendor’s program and never shown again." />
        : <p className="hint">{way === "browser" ? "Opens the vendor’s own page. It ends at an address on the server’s machine; from elsewhere you paste that address here." : "Shows a code to type on the vendor’s page, on any device."}</p>}
      <Trouble problem={problem} />
      <div className="do">
        <button className="btn primary" type="submit" disabled={busy || (way === "api_key" && key.trim() === "")}>{busy ? "Starting" : end ? "Try again" : way === "api_key" ? "Use this key" : "Sign in"}</button>
        <button className="btn quiet" type="button" onClick={onClose}>Not now</button>
      </div>
    </form>
  );
}

function Waiting({ backend, login, onPaste, busy }: { backend: Backend; login: Login; onPaste: (url: string) => Promise<boolean>; busy: boolean }) {
  if (login.state === "starting" || !(login.url || login.code)) return <p className="hint">{login.method === "api_key" ? "The key is being tried." : `${backend.title}’s own program makes the link. This takes some seconds.`}</p>;
  const page = login.url ? <a href={login.url} target="_blank" rel="noreferrer noopener">{login.url.replace(/^https:\/\//, "").split("?")[0]}</a> : "the vendor’s page";
  if (login.code) {
    return (
      <>
        <p>Open {page} on any device and type this code:</p>
        <div className="usercode"><span>{login.code}</span><Copy text={login.code} label="Copy code" /></div>
      </>
    );
  }
  return (
    <>
      <p><a className="btn primary" href={login.url ?? ""} target="_blank" rel="noreferrer noopener"><Icon name="ext" />Open the sign-in page</a></p>
      {login.url ? <span className="link-copy"><Copy text={login.url} label="Copy the link" word="Copy the link" /></span> : null}
      {login.same_machine ? <p className="hint">When you are done there, this page goes on by itself.</p> : <Paste placeholder="http://localhost:1455/…" onPaste={onPaste} busy={busy} />}
    </>
  );
}
