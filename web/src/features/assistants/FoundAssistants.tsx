/** The short list of the start: every assistant with its state in words and, where it cannot answer, the sentence that helps. */
import type { Assistant } from "../../api/types";
import { useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { capital, commandIn, inWords, sentence } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Face } from "../../ui/marks";
import { tagKind } from "./tags";

export function FoundAssistants({ onAsk }: { onAsk: (handle: string) => void }) {
  const rows = assistantRows({ assistants: useView((state) => state.assistants) });
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
