/** The sheet of settings about assistants: each with its state and remedy; its owner and admins set who may use it and how. */
import { type FormEvent, useState } from "react";
import { type Credentials, house } from "../../api/house";
import { useDesk, useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { SheetHead } from "../../ui/SheetHead";
import { Trouble } from "../../ui/Trouble";
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
        <button className="btn quiet" type="button" disabled={look.busy} onClick={() => void look.run(() => desk.lookAgain())}><Icon name="refresh" />Look again</button>
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
  const [handle, setHandle] = useState("");
  const action = useAction();
  const add = (event: FormEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const { client_id, client_secret, ...assistant } = await house.addAssistant(handle);
      await desk.lookAgain();
      onAdded(assistant.handle, { client_id, client_secret });
    });
  };
  return (
    <form className="card form asked" aria-label="Add an assistant" onSubmit={add} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <Field label="Handle" before="@" autoFocus required value={handle} autoComplete="off" autoCapitalize="none" spellCheck={false}
        hint="Of an assistant that this version knows how to run. You become its owner: it runs on the login of this server’s machine."
        onChange={(event) => setHandle(event.target.value.replace(/^@/, "").toLocaleLowerCase())} />
      <Trouble problem={action.problem} />
      <div className="do">
        <button className="btn primary" type="submit" disabled={!handle || action.busy}>Add it</button>
        <button className="btn quiet" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
