/** One try to sign in: choosing the way, waiting for it, and how it ended. */
import { useEffect, useState } from "react";
import { backends } from "../../api/backends";
import type { Backend, Login } from "../../api/types";
import { loginEnd, signingIn } from "../../state/login";
import { useDesk } from "../../state/react";
import { Copy } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Paste, Progress } from "../../ui/SignInSteps";
import { Trouble } from "../../ui/Trouble";
import { methodOf, type Way } from "./backend-words";
import { Ways } from "./Ways";

export interface BoxProps { backend: Backend; onClose: () => void; onDone: () => void }

export function SignInBox({ backend, onClose, onDone }: BoxProps) {
  const desk = useDesk();
  const { id, title, login, sign_ins } = backend;
  const { run, busy, problem } = useAction();
  const [way, setWay] = useState<Way | null>(null);
  // The try that stood here before this box was opened is history, unless it is under way.
  const [tried, setTried] = useState(signingIn(login));
  const step = (work: () => Promise<Backend>) => run(() => desk.models.act(id, work));
  const done = tried && login?.state === "done";
  useEffect(() => {
    if (done) onDone();
  }, [done, onDone]);
  const begin = (picked: Way, key?: string) => {
    setWay(picked);
    setTried(true);
    void step(() => backends.signIn(id, methodOf(picked), key));
  };

  if (login && signingIn(login)) {
    return (
      <div className="sign-in" role="group" aria-label={`Signing in to ${title}`}>
        <Waiting backend={backend} login={login} pasted={way === "paste"} onPaste={(url) => step(() => backends.paste(id, url))} busy={busy} />
        <Trouble problem={problem} />
        <Progress login={login} busy={busy} onCancel={() => void step(() => backends.cancelSignIn(id))} />
      </div>
    );
  }
  const end = login ? loginEnd(login) : null;
  return (
    <div className="sign-in" role="group" aria-label={`Sign in to ${title}`}>
      {end ? (
        <p className={login?.state === "cancelled" ? "hint" : "error-line"} role={login?.state === "cancelled" ? "status" : "alert"}>
          {login?.state === "cancelled" ? null : <Icon name="alert" className="icon-s" />}<span><Hint text={end.said} />{end.hint ? <> <Hint text={end.hint} /></> : null}</span>
        </p>
      ) : null}
      <Ways title={title} methods={sign_ins} tried={end ? way ?? login?.method ?? null : null} busy={busy} onBegin={begin} />
      <Trouble problem={problem} />
      <div className="do"><button className="btn quiet" type="button" onClick={onClose}>Not now</button></div>
    </div>
  );
}

interface WaitingProps {
  backend: Backend;
  login: Login;
  /** Whoever chose to paste does so, wherever their browser is. */
  pasted: boolean;
  onPaste: (url: string) => Promise<boolean>;
  busy: boolean;
}

function Waiting({ backend, login, pasted, onPaste, busy }: WaitingProps) {
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
      {login.same_machine && !pasted ? <p className="hint">When you are done there, this page goes on by itself.</p> : <Paste placeholder="http://localhost:1455/…" onPaste={onPaste} busy={busy} />}
    </>
  );
}
