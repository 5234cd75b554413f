/** Settings, Models: what this server can reach, and with whose account. Shows what the stream tells; owns one look when it opens. */
import { useCallback } from "react";
import type { Backend } from "../../api/types";
import { backendsIn } from "../../state/backends";
import { useDesk, useView } from "../../state/react";
import { useAction, useLoad } from "../../ui/load";
import { SheetHead } from "../../ui/SheetHead";
import { Switch } from "../../ui/Switch";
import { Shown, Trouble } from "../../ui/Trouble";
import { BackendCard } from "./BackendCard";
import "./models.css";
import "./sheet.css";
import { TurnOff, useTurningOff } from "./TurnOff";

export function ModelsSheet() {
  const desk = useDesk();
  const admin = useView((state) => state.session?.person.role === "admin");
  const known = useView((state) => state.backends);
  // An install in some far folder is found when somebody looks; all else is told.
  const source = useLoad(useCallback(() => desk.models.look(), [desk]));
  const all = known ? backendsIn(known) : null;
  return (
    <>
      <SheetHead title="Models" lead={admin ? "What this server can reach, and with whose account. Off stays off." : "What this server can reach. Only admins change it; you choose among these models in each thread."} />
      {all === null ? <Shown source={source}>{() => null}</Shown> : (
        <>
          <section className="card switches" aria-label="Switches">
            {families.map((one) => <Family key={one.family} {...one} members={all.filter(({ family }) => family === one.family)} admin={admin} />)}
          </section>
          {all.map((one) => <BackendCard key={one.id} backend={one} admin={admin} />)}
          {all.length === 0 ? <p className="card blank">This server knows no way to reach models.</p> : null}
        </>
      )}
    </>
  );
}

const families: { family: Backend["family"]; name: string; what: string }[] = [
  { family: "codex", name: "Codex", what: "OpenAI’s models through the Codex program and its account." },
  { family: "agent_providers", name: "Agent providers", what: "Every other vendor’s own program and account." },
];

/** A switch over all backends of a kind. */
function Family({ family, name, what, members, admin }: (typeof families)[number] & { members: Backend[]; admin: boolean }) {
  const desk = useDesk();
  const { run, busy, problem } = useAction();
  const off = useTurningOff(members.map((one) => one.id), () => desk.models.switch(family, false));
  const on = members.every((one) => one.switched);
  return (
    <div className="setting">
      <span className="grow lines"><span className="strong">{name}</span><br /><span className="hint">{what}{members.length ? "" : " None is known here."}</span><Trouble problem={problem} /></span>
      {admin ? null : <span className="hint">{on ? "On" : "Off"}</span>}
      <Switch label={`Use ${name}`} on={on} disabled={busy || !admin || members.length === 0} onTurn={(next) => void run(() => (next ? desk.models.switch(family, true) : off.begin()))} />
      {off.behind ? (
        <TurnOff name={name} behind={off.behind} onClose={off.close} onSure={() => {
          off.close();
          void run(() => desk.models.switch(family, false));
        }} />
      ) : null}
    </div>
  );
}
