/** The scripted assistant that a server without any account can have: where it is offered, and how it goes again. For admins. */
import { useState } from "react";
import { house } from "../../api/house";
import type { Id } from "../../api/types";
import { useDesk } from "../../state/react";
import { useAction } from "../../ui/load";
import { attempt } from "../../ui/Toasts";
import { Trouble } from "../../ui/Trouble";

export function DemoOffer({ handle, onAsk }: { handle: string; onAsk: (handle: string) => void }) {
  const desk = useDesk();
  const { run, busy, problem } = useAction();
  const add = async () => {
    await house.addAssistant(handle);
    await desk.models.loadAssistants();
    onAsk(handle);
  };
  return (
    <section className="demo" aria-labelledby="demo">
      <div className="grow">
        <h2 id="demo">Or look around first</h2>
        <p>@{handle} answers from a script: no account, no model, and nothing leaves this machine. It goes again as easily.</p>
        <Trouble problem={problem} />
      </div>
      <button className="btn" type="button" disabled={busy} onClick={() => void run(add)}>Try it without an account</button>
    </section>
  );
}

/** What it wrote stays. */
export function RemoveDemo({ id }: { id: Id }) {
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await house.removeAssistant(id);
      await desk.models.loadAssistants();
    } finally {
      setBusy(false);
    }
  };
  return <button className="btn quiet" type="button" disabled={busy} onClick={() => attempt(remove())}>Remove</button>;
}
