/** Asks twice before assistants may do everything unasked. */
import { useState } from "react";
import type { Place } from "../../state/model";
import { useDesk } from "../../state/react";
import { Dialog } from "../../ui/Dialog";
import { useAction } from "../../ui/load";
import { Trouble } from "../../ui/Trouble";

export function FullAccess({ place, onClose }: { place: Place; onClose: () => void }) {
  const desk = useDesk();
  const [sure, setSure] = useState(false);
  const { run, busy, problem } = useAction();
  const give = async () => {
    if (await run(() => desk.choose(place, { permission: "full" }))) onClose();
  };
  return (
    <Dialog title={sure ? "Nothing will be asked. Full access?" : "Give full access in this thread?"} onClose={onClose} footer={(
      <>
        {sure
          ? <button key="sure" className="btn" type="button" disabled={busy} onClick={() => void give()}>Yes, full access</button>
          : <button key="first" className="btn" type="button" onClick={() => setSure(true)}>Go on</button>}
        <button className="btn quiet" type="button" autoFocus onClick={onClose}>Keep it as it is</button>
      </>
    )}>
      {sure
        ? <p>From the next turn on, whoever answers here runs commands, changes files and uses the network as the server’s own user, without an approval. It stays until somebody takes it back; the bar over the thread says so.</p>
        : <p>Standard already works on files and asks for what goes beyond its folder. Full asks for nothing and is kept to no folder.</p>}
      <Trouble problem={problem} />
    </Dialog>
  );
}
