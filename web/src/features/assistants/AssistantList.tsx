/** Every assistant with its state in words and, where it cannot answer, the sentence that helps. Used on the start and in settings. */
import type { Assistant } from "../../api/types";
import { useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { assistantLamp, capital, commandIn, inWords, sentence } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { Face, Lamp } from "../../ui/marks";

const opened: Record<Assistant["access"], string> = {
  owner: "only its owner may use it", named: "some people may use it", everyone: "everyone may use it",
};

export function useAssistantRows(): Assistant[] {
  return assistantRows({ assistants: useView((state) => state.assistants) });
}

const tagKind = (assistant: Assistant) => {
  if (assistant.state === "ready") return " good";
  return assistant.state === "disabled" || assistant.state === "not_allowed" ? "" : " bad";
};

/** The short list of the start: what was found here, and what to do about each. */
export function FoundAssistants({ onAsk }: { onAsk: (handle: string) => void }) {
  const rows = useAssistantRows();
  return (
    <ul className="card">
      {rows.map((assistant) => (
        <li key={assistant.id}>
          <Face name={assistant.name} of="assistant" size="l" off={assistant.state !== "ready"} />
          <div className="cut">
            <div className={`strong found-name${assistant.state === "ready" ? "" : " mid"}`}>{assistant.name}<span className={`tag${tagKind(assistant)}`}>{capital(inWords[assistant.state])}</span></div>
            <div className="hint"><Fact assistant={assistant} /></div>
          </div>
          <Remedy assistant={assistant} onAsk={onAsk} />
        </li>
      ))}
    </ul>
  );
}

function Fact({ assistant }: { assistant: Assistant }) {
  if (assistant.state === "ready") return <>@{assistant.handle}{assistant.runs_on ? `, runs on ${assistant.runs_on}` : ""}{assistant.note ? `, ${assistant.note}` : ""}</>;
  return <Hint text={sentence(assistant.message ?? assistant.hint ?? "it cannot answer now")} />;
}

function Remedy({ assistant, onAsk }: { assistant: Assistant; onAsk: (handle: string) => void }) {
  if (assistant.usable && assistant.state === "ready") {
    return <button className="btn" type="button" onClick={() => onAsk(assistant.handle)}>Ask @{assistant.handle}</button>;
  }
  const command = commandIn(assistant.hint);
  return command ? <Command text={command} /> : <span />;
}

/** The long form of settings: one card each. */
export function AssistantCards() {
  const rows = useAssistantRows();
  if (rows.length === 0) return <p className="hint">No assistant is registered. Run <code>switchboard assistants add</code> on the server.</p>;
  return <>{rows.map((assistant) => <AssistantCard key={assistant.id} assistant={assistant} />)}</>;
}

function AssistantCard({ assistant }: { assistant: Assistant }) {
  const { state, name, handle, runs_on, owner, access, note, backend } = assistant;
  const facts = [runs_on ? `runs on ${runs_on}` : null, `owned by ${owner.name}`, opened[access]].filter(Boolean).join(", ");
  const command = commandIn(assistant.hint);
  return (
    <section className="card" aria-label={name}>
      <div className="top">
        <Face name={name} of="assistant" size="l" off={state !== "ready"} />
        <div className="grow lines">
          <h2>{name}<Lamp kind={assistantLamp(assistant)} /><span className={`tag${tagKind(assistant)}`}>{capital(inWords[state])}</span></h2>
          <div className="sub">@{handle}, {facts}. <span className="mono">{backend}</span></div>
        </div>
      </div>
      {note ? <div className="more"><p className="hint">{sentence(note)}</p></div> : null}
      {state !== "ready" && (assistant.message || assistant.hint) ? (
        <div className={state === "disabled" || state === "not_allowed" ? "note" : "note bad"}>
          <Icon name="alert" />
          <p>
            {assistant.message ? <><b><Hint text={sentence(assistant.message)} /></b> </> : null}
            {assistant.code ? <span className="id">{assistant.code}</span> : null}
            {assistant.hint ? <><br /><Hint text={sentence(assistant.hint)} /></> : null}
          </p>
          {command ? <Command text={command} /> : null}
        </div>
      ) : null}
    </section>
  );
}
