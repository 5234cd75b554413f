/** The sheet of settings about assistants: each with its state and remedy; its owner and admins set who may use it and how. */
import { useCallback, useState } from "react";
import { type Credentials, house } from "../../api/house";
import { useDesk, useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { Icon } from "../../ui/Icon";
import { useAction, useLoad } from "../../ui/load";
import { Face } from "../../ui/marks";
import { SheetHead } from "../../ui/SheetHead";
import { Shown, Trouble } from "../../ui/Trouble";
import { AssistantCard } from "./AssistantCard";
import { OnceCredentials } from "./Credentials";

export function AssistantsSheet() {
  const desk = useDesk();
  const admin = useView((state) => state.session?.person.role === "admin");
  const rows = assistantRows({ assistants: useView((state) => state.assistants) });
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ handle: string; credentials: Credentials } | null>(null);
  const look = useAction();
  return (
    <>
      <SheetHead title="Assistants" lead="Who can be mentioned, with whose account they run, and what keeps one from answering.">
        <button className="btn quiet" type="button" disabled={look.busy} onClick={() => void look.run(() => desk.models.loadAssistants())}><Icon name="refresh" />Look again</button>
        {admin ? <button className="btn" type="button" aria-expanded={adding} onClick={() => setAdding(!adding)}><Icon name="plus" />Add</button> : null}
      </SheetHead>
      <Trouble problem={look.problem} />
      {adding ? <Add onClose={() => setAdding(false)} onAdded={(handle, credentials) => {
        setAdding(false);
        setMade({ handle, credentials });
      }} /> : null}
      {made ? <OnceCredentials {...made} onClose={() => setMade(null)} /> : null}
      {rows.length === 0 ? <p className="card blank">No assistant is registered.{admin ? " Add one to mention it." : " An admin of this workspace adds one here."}</p> : null}
      {rows.map((assistant) => (
        <AssistantCard key={assistant.id} assistant={assistant} onRotated={(credentials) => setMade({ handle: assistant.handle, credentials })} />
      ))}
    </>
  );
}

function Add({ onAdded, onClose }: { onAdded: (handle: string, credentials: Credentials) => void; onClose: () => void }) {
  const desk = useDesk();
  const here = useView((state) => state.assistants);
  const source = useLoad(useCallback(() => house.available().then(({ items }) => items), []));
  const action = useAction();
  const registered = new Set(Object.values(here).map((one) => one.handle));
  const add = (handle: string) => action.run(async () => {
    const { client_id, client_secret, ...assistant } = await house.addAssistant(handle);
    await desk.models.loadAssistants();
    onAdded(assistant.handle, { client_id, client_secret });
  });
  return (
    <section className="card asked-list" aria-label="Add an assistant" onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <div className="once-head"><b className="grow">Add an assistant</b><button className="btn tool small" type="button" aria-label="Close" onClick={onClose}><Icon name="x" /></button></div>
      <p className="hint">You become its owner: it runs on your account on the server’s machine, and nobody else may use it until you open it to them.</p>
      <Trouble problem={action.problem} />
      <Shown source={source}>
        {(all) => {
          const rest = all.filter((one) => !registered.has(one.handle));
          return rest.length === 0
            ? <p className="hint">Every assistant that this version knows how to run is here already.</p>
            : (
              <ul className="available">
                {rest.map((one) => (
                  <li key={one.handle}>
                    <Face name={one.name} of="assistant" size="l" off />
                    <div className="grow lines"><div className="strong">{one.name} <span className="mid">@{one.handle}</span></div><div className="hint">Runs on {one.demo ? one.account : `your ${one.account}`}{one.note ? `, ${one.note}` : ""}</div></div>
                    <button className="btn" type="button" disabled={action.busy} aria-label={`Add @${one.handle}`} onClick={() => void add(one.handle)}>Add</button>
                  </li>
                ))}
              </ul>
            );
        }}
      </Shown>
    </section>
  );
}
