/** Settings, Models: what this server can reach, and with whose account. Owns the copy of the backends and keeps an open sign-in current. */
import { useCallback, useEffect, useState } from "react";
import { backends } from "../../api/backends";
import type { Backend, Backends } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { Dialog } from "../../ui/Dialog";
import { useAction, useLoad } from "../../ui/load";
import { SheetHead } from "../../ui/SheetHead";
import { Switch } from "../../ui/Switch";
import { Shown, Trouble } from "../../ui/Trouble";
import { BackendCard } from "./BackendCard";
import { signingIn } from "./backend-words";
import "./models.css";
import "./sheet.css";

/** How often an open sign-in is looked at. */
const POLL_MS = 1500;

export function ModelsSheet() {
  const desk = useDesk();
  const admin = useView((state) => state.session?.person.role === "admin");
  const source = useLoad(backends.all);
  const { set } = source;
  // What is chosen from, and who can be mentioned, hang on what is set here.
  const others = useCallback(() => {
    void desk.models.load();
    void desk.lookAgain().catch(() => undefined);
  }, [desk]);
  const put = useCallback((one: Backend) => {
    set((all) => ({ ...all, items: all.items.map((item) => (item.id === one.id ? one : item)) }));
    others();
  }, [set, others]);
  const open = source.loaded.is === "here" ? source.loaded.value.items.filter((one) => signingIn(one.login)).map((one) => one.id).join(" ") : "";
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => {
      for (const id of open.split(" ")) {
        void backends.read(id).then((one) => {
          if (signingIn(one.login)) set((all) => ({ ...all, items: all.items.map((item) => (item.id === one.id ? one : item)) }));
          else put(one);
        }, () => {
          // The next look may reach it; the card shows what is known.
        });
      }
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [open, put, set]);

  return (
    <>
      <SheetHead title="Models" lead={admin ? "What this server can reach, and with whose account. Off stays off." : "What this server can reach. Only admins change it; you choose among these models in each thread."} />
      <Shown source={source}>
        {(all) => (
          <>
            <Switches all={all} admin={admin} onAll={(next) => {
              set(() => next);
              others();
            }} />
            {all.items.map((one) => <BackendCard key={one.id} backend={one} switched={all.switches[one.family]} admin={admin} onChanged={put} />)}
            {all.items.length === 0 ? <p className="card blank">This server knows no way to reach models.</p> : null}
          </>
        )}
      </Shown>
    </>
  );
}

const families: { family: Backend["family"]; name: string; what: string }[] = [
  { family: "codex", name: "Codex", what: "OpenAI’s models through the Codex program and its account." },
  { family: "agent_providers", name: "Agent providers", what: "Every other vendor’s own program and account." },
];

const threadsOf = (all: Backends, family: Backend["family"]) => all.items.filter((one) => one.family === family).reduce((sum, one) => sum + one.threads, 0);
const inThreads = (count: number) => (count === 0 ? "No thread has an assistant of it." : `${count} ${count === 1 ? "thread has" : "threads have"} an assistant of it.`);

function Switches({ all, admin, onAll }: { all: Backends; admin: boolean; onAll: (all: Backends) => void }) {
  const [asking, setAsking] = useState<(typeof families)[number] | null>(null);
  const { run, busy, problem } = useAction();
  const turn = (family: Backend["family"], on: boolean) => run(async () => onAll(await backends.switch({ [family]: on })));
  return (
    <section className="card switches" aria-label="Switches">
      {families.map((one) => {
        const count = threadsOf(all, one.family);
        const on = all.switches[one.family];
        return (
          <div className="setting" key={one.family}>
            <span className="grow lines"><span className="strong">{one.name}</span><br /><span className="hint">{one.what} {inThreads(count)}</span></span>
            {admin ? null : <span className="hint">{on ? "On" : "Off"}</span>}
            <Switch label={`Use ${one.name}`} on={on} disabled={busy || !admin} onTurn={(next) => (!next && count > 0 ? setAsking(one) : void turn(one.family, next))} />
          </div>
        );
      })}
      <Trouble problem={problem} />
      {asking ? (
        <Dialog title={`Turn ${asking.name} off?`} onClose={() => setAsking(null)} footer={(
          <>
            <button className="btn" type="button" onClick={() => {
              setAsking(null);
              void turn(asking.family, false);
            }}>Turn off</button>
            <button className="btn quiet" type="button" autoFocus onClick={() => setAsking(null)}>Leave it on</button>
          </>
        )}>
          <p>{inThreads(threadsOf(all, asking.family))} It stays there and answers no more until this is on again. Nothing is deleted, and nobody is signed out.</p>
        </Dialog>
      ) : null}
    </section>
  );
}
