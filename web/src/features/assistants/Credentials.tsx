/** The credentials of an assistant, shown once, and the two questions before they or the assistant itself end. */
import { type Credentials, house } from "../../api/house";
import type { Assistant } from "../../api/types";
import { useDesk } from "../../state/react";
import { Command } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Trouble } from "../../ui/Trouble";

/** As the registration prints them: `NAME_CLIENT_ID=…`. */
const variable = (handle: string, what: string) => `${handle.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_CLIENT_${what}`;

export function OnceCredentials({ handle, credentials, onClose }: { handle: string; credentials: Credentials; onClose: () => void }) {
  return (
    <section className="card once" aria-label={`Credentials of @${handle}`}>
      <div className="once-head"><Icon name="key" /><b className="grow">Credentials of @{handle}</b><button className="btn tool small" type="button" aria-label="Close" onClick={onClose}><Icon name="x" /></button></div>
      <Command text={`${variable(handle, "ID")}=${credentials.client_id}`} label="Copy client id" />
      <Command text={`${variable(handle, "SECRET")}=${credentials.client_secret}`} label="Copy client secret" />
      <p className="hint">Shown this once; the server keeps only a fingerprint of the secret. A program that answers as this assistant signs in with them.</p>
    </section>
  );
}

interface Question { assistant: Assistant; onClose: () => void }

export function RotateCredentials({ assistant, onClose, onRotated }: Question & { onRotated: (credentials: Credentials) => void }) {
  const action = useAction();
  const rotate = async () => {
    if (await action.run(async () => onRotated(await house.rotate(assistant.id)))) onClose();
  };
  return (
    <Dialog title={`New secret for @${assistant.handle}?`} onClose={onClose} footer={(
      <>
        <button className="btn" type="button" disabled={action.busy} onClick={() => void rotate()}>Make a new one</button>
        <button className="btn quiet" type="button" onClick={onClose}>Keep the old one</button>
      </>
    )}>
      <p>The old secret no longer signs in. What runs on this server needs none and goes on.</p>
      <Trouble problem={action.problem} />
    </Dialog>
  );
}

export function RemoveAssistant({ assistant, onClose }: Question) {
  const desk = useDesk();
  const action = useAction();
  const remove = async () => {
    if (!await action.run(() => house.removeAssistant(assistant.id))) return;
    onClose();
    desk.store.apply({ type: "assistant_deleted", id: assistant.id });
  };
  return (
    <Dialog title={`Remove @${assistant.handle}?`} onClose={onClose} footer={(
      <>
        <button className="btn" type="button" disabled={action.busy} onClick={() => void remove()}>Remove</button>
        <button className="btn quiet" type="button" onClick={onClose}>Keep it</button>
      </>
    )}>
      <ul className="consequences">
        <li>It can no longer be mentioned; what it is answering now is stopped.</li>
        <li>Its credentials no longer sign in.</li>
        <li>What it wrote stays, under its name. Its login on this machine is not touched.</li>
      </ul>
      <Trouble problem={action.problem} />
    </Dialog>
  );
}
