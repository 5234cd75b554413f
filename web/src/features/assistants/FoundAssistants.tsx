/**
 * What was found on this machine: every assistant with its state in words and, where it cannot answer, what helps; for admins
 * also the programs that no assistant uses yet. Shown on the start.
 */
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { type Available, house } from "../../api/house";
import type { Assistant } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { wantsLogin } from "../../state/login";
import { capital, commandIn, inWords, sentence, took, whoSignsIn } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { Face, Lamp } from "../../ui/marks";
import { SignInButton } from "../../ui/SignInButton";
import { attempt } from "../../ui/Toasts";
import { DemoOffer, RemoveDemo } from "./Demo";
import { type Program, programFor, programsOf, shortPlace, unused } from "./found";
import { tagKind } from "./tags";

export function FoundAssistants({ onAsk }: { onAsk: (handle: string) => void }) {
  const desk = useDesk();
  const rows = assistantRows({ assistants: useView((state) => state.assistants) });
  const me = useView((state) => state.session?.person);
  const { programs, demo, lookedFor, looking, look } = useProgramsFound(me?.role === "admin");
  const others = unused(programs, rows);
  const isDemo = useView((state) => state.session?.demo);
  const anyReady = rows.some((one) => one.usable && one.state === "ready");
  const offer = isDemo || rows.some((one) => one.demo) ? null : demo;
  return (
    <>
      <section className="found" aria-labelledby="found">
        <h2 id="found">On this machine
          {looking ? <span className="hint" role="status"><Lamp kind="running" />Looking</span> : lookedFor === null ? null : <span className="hint num">looked just now, {took(lookedFor)}</span>}
          <span className="grow" />
          <button className="btn small quiet" type="button" disabled={looking} onClick={() => attempt(Promise.all([desk.models.loadAssistants(), look()]))}><Icon name="refresh" />Look again</button>
        </h2>
        {rows.length + others.length === 0
          ? looking && lookedFor === null ? null : <p className="card blank">No assistant is registered. Run <code>switchboard assistants add</code> on the server, then look again.</p>
          : (
            <ul className="card">
              {rows.map((assistant) => (
                <Row key={assistant.id} face={assistant.name} name={assistant.name} off={assistant.state !== "ready"} tag={capital(inWords[assistant.state])} kind={wantsLogin(assistant.state) ? "" : tagKind(assistant)}
                  fact={<Fact assistant={assistant} program={programFor(programs, assistant)} />}
                  remedy={<Remedy assistant={assistant} may={me?.role === "admin" || me?.id === assistant.owner.id} onAsk={onAsk} />} />
              ))}
              {others.map((program) => (
                <Row key={program.command} face={program.command} name={program.title} off={program.problem !== null} kind={program.problem ? "" : " good"}
                  tag={program.place === null ? "Not found" : program.problem ? "Not ready" : "Signed in"}
                  fact={<ProgramFact program={program} />} remedy={<TurnOn program={program} onDone={look} />} />
              ))}
            </ul>
          )}
      </section>
      {offer && !anyReady ? <DemoOffer handle={offer.handle} onAsk={onAsk} /> : null}
    </>
  );
}

/** Admins are told of the machine; for all others the list of assistants is all there is. */
function useProgramsFound(admin: boolean) {
  const [programs, setPrograms] = useState<Program[]>([]);
  const [demo, setDemo] = useState<Available | null>(null);
  const [lookedFor, setLookedFor] = useState<number | null>(null);
  const [looking, setLooking] = useState(false);
  const here = useRef(true);
  const look = useCallback(async () => {
    if (!admin) return;
    setLooking(true);
    const began = performance.now();
    try {
      const [{ checks }, { items }] = await Promise.all([house.health(), house.available()]);
      if (!here.current) return;
      setPrograms(programsOf(checks, items));
      setDemo(items.find((one) => one.demo) ?? null);
      setLookedFor(performance.now() - began);
    } finally {
      if (here.current) setLooking(false);
    }
  }, [admin]);
  useEffect(() => {
    here.current = true;
    // Beside the assistants this is only a help; what went wrong is told when somebody looks again by hand.
    look().catch(() => {});
    return () => {
      here.current = false;
    };
  }, [look]);
  return { programs, demo, lookedFor, looking, look };
}

function Row({ face, name, off, tag, kind, fact, remedy }: { face: string; name: string; off: boolean; tag: string; kind: string; fact: ReactNode; remedy: ReactNode }) {
  return (
    <li>
      <Face name={face} of="assistant" size="l" off={off} />
      <div className="cut">
        <div className={`strong found-name${off ? " mid" : ""}`}>{name}<span className={`tag${kind}`}>{tag}</span></div>
        <div className="hint">{fact}</div>
      </div>
      {remedy}
    </li>
  );
}

function Fact({ assistant, program }: { assistant: Assistant; program: Program | undefined }) {
  const backend = useView((state) => state.backends?.[assistant.backend]);
  const me = useView((state) => state.session?.person);
  const people = useView((state) => state.people);
  if (wantsLogin(assistant.state) && me?.role !== "admin") return <Hint text={`${sentence(assistant.message ?? "nobody is signed in")} It answers once ${whoSignsIn(me, Object.values(people))}.`} />;
  const place = program?.place ? <><span className="mono">{shortPlace(program.place)}</span> {program.version ?? ""}. </> : null;
  // Where a button mends it, the tag has said enough; what is of use then is whose account it would be.
  if (assistant.state === "not_signed_in" && backend?.sign_ins.length && place && program?.offers) return <>{place}Uses your {program.offers.account}.</>;
  if (assistant.state === "not_allowed") return <>{sentence(assistant.message ?? "it is not open to you")} Ask {assistant.owner.name} to open it.</>;
  if (assistant.state !== "ready") return <Hint text={sentence(assistant.message ?? assistant.hint ?? "it cannot answer now")} />;
  // Whose login it is, where one signs in, is for admins.
  const login = backend?.sign_ins.length && backend.account ? `signed in as ${backend.account}` : null;
  const facts = [`@${assistant.handle}`, login ?? (assistant.runs_on ? `runs on ${assistant.runs_on}` : null), assistant.note || null].filter(Boolean);
  return <>{place}{facts.join(", ")}</>;
}

function ProgramFact({ program: { place, version, account, problem, offers } }: { program: Program }) {
  if (!place) return <>Install it, then look again.{offers?.account ? ` Uses your ${offers.account}.` : ""}</>;
  const found = <><span className="mono">{shortPlace(place)}</span> {version ?? ""}</>;
  if (problem) return <>{found}. <Hint text={sentence(problem)} /></>;
  return <>{found}{account ? `, ${account}` : ""}</>;
}

function Remedy({ assistant, may, onAsk }: { assistant: Assistant; may: boolean; onAsk: (handle: string) => void }) {
  const [busy, setBusy] = useState(false);
  const desk = useDesk();
  if (assistant.usable && assistant.state === "ready") {
    const ask = <button className="btn" type="button" onClick={() => onAsk(assistant.handle)}>Ask @{assistant.handle}</button>;
    return assistant.demo && may ? <span className="found-do"><RemoveDemo id={assistant.id} />{ask}</span> : ask;
  }
  if (assistant.state === "disabled" && may) {
    const turnOn = async () => {
      setBusy(true);
      try {
        await house.changeAssistant(assistant.id, { enabled: true });
        await desk.models.loadAssistants();
      } finally {
        setBusy(false);
      }
    };
    return <button className="btn" type="button" disabled={busy} onClick={() => attempt(turnOn())}>Turn on</button>;
  }
  const command = commandIn(assistant.hint);
  if (wantsLogin(assistant.state)) {
    // What mends it is typed on the server or pressed here, by an admin; anybody else is told whom to ask.
    return <SignInButton backend={assistant.backend} className="btn primary" instead={command && may ? <Command text={command} /> : <span />} />;
  }
  return command && may ? <Command text={command} /> : <span />;
}

function TurnOn({ program, onDone }: { program: Program; onDone: () => Promise<void> }) {
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const { offers, problem, fix } = program;
  if (problem || !offers) {
    const command = commandIn(fix);
    return command ? <Command text={command} /> : <span />;
  }
  // The secret that comes with it is for programs that answer themselves; settings make a new one when it is needed.
  const turnOn = async () => {
    setBusy(true);
    try {
      await house.addAssistant(offers.handle);
      await Promise.all([desk.models.loadAssistants(), onDone()]);
    } finally {
      setBusy(false);
    }
  };
  return <button className="btn primary" type="button" disabled={busy} onClick={() => attempt(turnOn())}>Turn on</button>;
}
