/** One way to reach models: how it is, what to do about it, and for admins what can be set. */
import { useState } from "react";
import { backends } from "../../api/backends";
import type { Backend } from "../../api/types";
import { whyNot } from "../../state/controls";
import { signingIn, wantsLogin } from "../../state/login";
import { useDesk, useNow } from "../../state/react";
import { ago, commandIn, sentence, time } from "../../state/words";
import { Choice } from "../../ui/Choice";
import { Command } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { type Action, useAction } from "../../ui/load";
import { Face, Lamp } from "../../ui/marks";
import { Menu, type MenuItem } from "../../ui/Menu";
import { Trouble } from "../../ui/Trouble";
import { programName, saidHere, whyOff } from "./backend-words";
import { groupLamp, groupState } from "./health";
import { LimitMeters } from "./Meter";
import { ModelTable } from "./ModelTable";
import { SignInBox } from "./SignInBox";
import { TurnOff, useTurningOff } from "./TurnOff";

type Enabled = "auto" | "on" | "off";

export interface CardProps { backend: Backend; admin: boolean }

export function BackendCard({ backend, admin }: CardProps) {
  const desk = useDesk();
  const now = useNow(true, 60_000);
  const action = useAction();
  const [doing, setDoing] = useState<"test" | "refresh" | null>(null);
  const [tested, setTested] = useState<number | null>(null);
  // Where nobody is signed in, all the ways are in sight.
  const [signIn, setSignIn] = useState(wantsLogin(backend.state) && backend.sign_ins.length > 0);
  const [leaving, setLeaving] = useState(false);
  const { id, title, state, login } = backend;
  const run = (work: () => Promise<Backend>) => action.run(() => desk.models.act(id, work));
  const enable = (enabled: Enabled) => desk.models.act(id, () => backends.change(id, { enabled }));
  const turnsOff = useTurningOff([id], () => enable("off"));
  const test = async () => {
    setDoing("test");
    if (await run(() => backends.test(id))) setTested(Date.now());
    setDoing(null);
  };
  const refresh = async () => {
    setDoing("refresh");
    await run(() => backends.refresh(id));
    setDoing(null);
  };
  const off = whyOff(backend);
  const isOff = state === "off" || off !== null;
  const noModels = whyNot("model", backend);
  const closeSignIn = () => setSignIn(false);
  const signedOut = wantsLogin(state);
  const boxed = admin && (signingIn(login) || signIn || (login !== null && login.state !== "done" && signedOut));
  const items: MenuItem[] = [
    { label: "Test", icon: "done", act: () => void test() },
    { label: "Refresh models", icon: "refresh", disabled: noModels !== null, act: () => void refresh() },
    ...(backend.sign_ins.length ? [{ label: signedOut ? "Sign in" : "Sign in with another account", icon: "key" as const, act: () => setSignIn(true) }] : []),
    ...(backend.sign_ins.length && !signedOut && state !== "not_installed" ? [{ label: "Sign out", icon: "right" as const, act: () => setLeaving(true) }] : []),
  ];
  return (
    <section className="card backend" aria-label={title} aria-busy={action.busy || undefined}>
      <div className="top">
        <Face name={title} of="assistant" size="l" off={state !== "ready"} />
        <div className="grow lines">
          <h2>{title}<Lamp kind={isOff ? "off" : groupLamp(backend)} /><span className={isOff || state === "ready" ? "tag" : "tag bad"}>{isOff && state === "ready" ? "Off" : groupState(backend)}</span></h2>
          <Facts backend={backend} />
        </div>
        {admin ? (
          <>
            <Choice<Enabled> label={`Use ${title}`} value={backend.enabled as Enabled} options={[["auto", "Auto"], ["on", "On"], ["off", "Off"]]} disabled={action.busy}
              onPick={(enabled) => void action.run(() => (enabled === "off" && backend.on ? turnsOff.begin() : enable(enabled)))} />
            <Menu label={`More about ${title}`} button={<Icon name="dots" />} buttonClass="btn tool" side="below" align="end" items={items} />
          </>
        ) : null}
      </div>
      {backend.unreadable ? (
        <div className="note bad"><Icon name="alert" /><p><b>A setting of it cannot be read.</b><br /><Hint text={sentence(backend.unreadable)} /></p>
          {admin ? <button className="btn small" type="button" disabled={action.busy} onClick={() => void run(() => backends.change(id, { enabled: backend.enabled }))}>Write it anew</button> : null}
        </div>
      ) : null}
      {off ? <div className="note"><Icon name="blocked" /><p>{off}</p></div> : null}
      <Wrong backend={backend} off={isOff} admin={admin} boxed={boxed} testing={doing === "test"} action={action} onTest={() => void test()} onSignIn={() => setSignIn(true)} />
      {doing === "test" ? <div className="note" role="status"><Lamp kind="running" /><p>Testing. The program is looked at, and asked for the limits of its plan.</p></div>
        : tested && state === "ready" && !backend.problem ? <div className="note" role="status"><Icon name="done" className="dim" /><p><b>Works.</b> <span className="num">Tested {ago(tested, Math.max(now, tested))}.</span></p><button className="btn small" type="button" disabled={action.busy} onClick={() => void test()}>Test again</button></div>
        : null}
      {action.problem ? <div className="more"><Trouble problem={action.problem} /></div> : null}
      {boxed ? <SignInBox backend={backend} onClose={closeSignIn} onDone={closeSignIn} /> : null}
      <div className="more">
        {backend.limits.length ? <LimitMeters limits={backend.limits} now={now} /> : null}
        {backend.models.length ? <ModelTable backend={backend} admin={admin} now={now} busy={action.busy} refreshing={doing === "refresh"} onChange={(patch) => run(() => backends.change(id, patch))} onRefresh={() => void refresh()} />
          : <p className="hint no-models"><span><Hint text={sentence(noModels ?? "no models known yet")} /></span>{admin && !noModels ? <button className="btn small quiet" type="button" disabled={action.busy} onClick={() => void refresh()}><Icon name="refresh" />Refresh</button> : null}</p>}
        <Capabilities backend={backend} />
      </div>
      {turnsOff.behind ? (
        <TurnOff name={title} behind={turnsOff.behind} onClose={turnsOff.close} onSure={() => {
          turnsOff.close();
          void action.run(() => enable("off"));
        }} />
      ) : null}
      {leaving ? <SignOut title={title} onClose={() => setLeaving(false)} onSure={() => {
        setLeaving(false);
        void run(() => backends.signOut(id));
      }} /> : null}
    </section>
  );
}

function Facts({ backend }: { backend: Backend }) {
  const { account, program, version, handle, models_from, models } = backend;
  const shown = models.filter((model) => !model.hidden).length;
  return (
    <div className="sub">
      {account ? <>{account}. </> : null}@{handle}{whyNot("model", backend) ? null : <>, {shown} {shown === 1 ? "model" : "models"}{models_from === "seed" && shown ? ", not yet confirmed" : ""}</>}.
      {program ? <> <span className="mono">{programName(program)}</span> {version ?? ""} in <span className="mono">{program}</span></> : version ? ` ${version}` : ""}
    </div>
  );
}

interface WrongProps { backend: Backend; off: boolean; admin: boolean; boxed: boolean; testing: boolean; action: Action; onTest: () => void; onSignIn: () => void }

/** What is wrong, with its code and the buttons that may mend it. */
function Wrong({ backend: { state, problem, sign_ins }, off, admin, boxed, testing, action, onTest, onSignIn }: WrongProps) {
  const signs = wantsLogin(state);
  // The way to mend it is open right below.
  if (boxed && signs && !problem) return null;
  if (off || testing || (state === "ready" && !problem)) return null;
  const command = commandIn(problem?.hint ?? null);
  const limited = problem?.code === "rate_limited";
  return (
    <div className={limited ? "note needs" : "note bad"} role="alert">
      <Icon name="alert" />
      <p>
        <b><Hint text={sentence(saidHere(problem?.message ?? usual[state] ?? "it cannot be used"))} /></b>{problem ? <> <span className="id">{problem.code}</span></> : null}
        {problem?.hint ? <><br /><Hint text={sentence(saidHere(problem.hint))} /></> : null}
        {problem?.retry_at ? <> <span className="num">Again from {time(problem.retry_at)}.</span></> : null}
        {problem?.detail ? <><br /><span className="hint wraps">{problem.detail}</span></> : null}
      </p>
      {command ? <Command text={command} /> : null}
      {admin && signs && sign_ins.length && !boxed ? <button className="btn small" type="button" onClick={onSignIn}>Sign in</button> : null}
      {admin ? <button className="btn small quiet" type="button" disabled={action.busy} onClick={onTest}>Test</button> : null}
    </div>
  );
}

const usual: Partial<Record<Backend["state"], string>> = {
  not_installed: "its program was not found on the server", not_signed_in: "nobody is signed in", unavailable: "it cannot be reached",
  api_key_login: "it is signed in with an API key, which is billed per token",
};

/** Each with why not; folded, because it seldom changes. */
function Capabilities({ backend: { capabilities, title } }: { backend: Backend }) {
  if (capabilities.length === 0) return null;
  return (
    <details className="limits-setting capabilities">
      <summary><Icon name="right" className="turnkey" /><span>What it can do</span><span className="hint">{capabilities.filter((one) => one.has).length} of {capabilities.length}</span></summary>
      <table className="table stack" aria-label={`What ${title} can do`}>
        <tbody>
          {capabilities.map((one) => (
            <tr key={one.name}>
              <td className={one.has ? undefined : "dim"}>{one.title}</td>
              <td className="mid"><span className="has"><Icon name={one.has ? "check" : "x"} className="icon-s" />{one.has ? "Yes" : "No"}{one.note ? <span className="hint wraps"><Hint text={sentence(one.note)} /></span> : null}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function SignOut({ title, onSure, onClose }: { title: string; onSure: () => void; onClose: () => void }) {
  return (
    <Dialog title={`Sign ${title} out?`} onClose={onClose} footer={(
      <>
        <button className="btn" type="button" onClick={onSure}>Sign out</button>
        <button className="btn quiet" type="button" autoFocus onClick={onClose}>Stay signed in</button>
      </>
    )}>
      <p>The account leaves this server, for everyone: its assistant answers nobody until somebody signs in again.</p>
    </Dialog>
  );
}

