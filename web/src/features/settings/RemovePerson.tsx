/** The question before somebody is removed, with what goes and what stays. */
import { house, type Managed } from "../../api/house";
import { useView } from "../../state/react";
import { Dialog } from "../../ui/Dialog";
import { useAction } from "../../ui/load";
import { Trouble } from "../../ui/Trouble";

export function RemovePerson({ person, onClose, onGone }: { person: Managed; onClose: () => void; onGone: () => void }) {
  const assistants = useView((state) => state.assistants);
  const owned = Object.values(assistants).filter((assistant) => assistant.owner.id === person.id);
  const action = useAction();
  const remove = async () => {
    if (!await action.run(() => house.removePerson(person.id))) return;
    onGone();
    onClose();
  };
  return (
    <Dialog title={`Remove ${person.name}?`} onClose={onClose} footer={(
      <>
        <button className="btn" type="button" disabled={action.busy} onClick={() => void remove()}>Remove</button>
        <button className="btn quiet" type="button" onClick={onClose}>Keep them</button>
      </>
    )}>
      <ul className="consequences">
        {person.invited ? <li>Their link no longer signs in.</li> : (
          <>
            <li>They are signed out everywhere, and their API tokens end.</li>
            <li>What they asked for and is not answered yet is stopped.</li>
            <li>They leave every thread. What they wrote stays, under their name; private threads that nobody else is in are deleted.</li>
          </>
        )}
        {owned.length ? <li>{owned.map((assistant) => `@${assistant.handle}`).join(", ")} {owned.length === 1 ? "is" : "are"} switched off and become{owned.length === 1 ? "s" : ""} yours.</li> : null}
      </ul>
      <Trouble problem={action.problem} />
    </Dialog>
  );
}
