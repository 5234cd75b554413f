/** The messages that wait over the composer: their order, why they are held if they are, and what can be done with each. */
import { useState } from "react";
import type { Queued } from "../../api/types";
import { left, moment } from "../../state/moments";
import { useDesk, useNow, useView } from "../../state/react";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Lamp } from "../../ui/marks";
import { Trouble } from "../../ui/Trouble";
import { heldWords } from "./held";

export interface QueueListProps {
  items: Queued[];
  /** One's own answer runs and takes words meanwhile. */
  steerable: boolean;
  /** Why it takes none, while one runs that does not. */
  unsteered: string | null;
  /** Whom they wait for, by handle. */
  awaited: string[];
  editing: string | null;
  onEdit: (queued: Queued) => void;
  /** After something left the list by hand, the focus has nowhere else to go. */
  onDone: () => void;
}

export function QueueList({ items, steerable, unsteered, awaited, editing, onEdit, onDone }: QueueListProps) {
  const desk = useDesk();
  const [open, setOpen] = useState(false);
  const action = useAction();
  const held = items.find((one) => one.held)?.held ?? null;
  const now = useNow(held?.until != null);
  if (items.length === 0) return null;
  const [first] = items;
  const act = (work: () => Promise<unknown>) => void action.run(work).then((went) => went && onDone());
  return (
    <section className={`queue${open ? " is-open" : ""}${held ? " is-held" : ""}`} aria-label={`Queue, ${items.length} ${items.length === 1 ? "message" : "messages"}`}>
      <div className="q-head">
        {held ? <Lamp kind="needs" /> : null}
        <span className="q-why">
          {items.length} queued{held
            ? <>. Held: {heldWords(held.code)}{held.until ? <span className="num">, goes on at {moment(held.until, now)} ({left(held.until, now)})</span> : null}</>
            : <span className="wide-only">. Sent one by one when {named(awaited)} done</span>}
        </span>
        <span className="grow" />
        {held && first ? <button className="btn small quiet" type="button" disabled={action.busy} onClick={() => act(() => desk.queue.send(first))}>Send the next</button> : null}
        <button className="btn tool small narrow-only" type="button" aria-label={open ? "Hide queue" : "Show queue"} aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="down" /></button>
      </div>
      <ol>
        {items.map((one, index) => (
          <li key={one.id} className={editing === one.id ? "is-hover" : undefined}>
            <span className="n num">{index + 1}</span>
            <span className="cut"><Said text={one.text} />{one.attachments.length ? <span className="q-files"><Icon name="clip" className="icon-s" />{one.attachments.length === 1 ? one.attachments[0]?.name : `${one.attachments.length} files`}</span> : null}</span>
            <span className="acts">
              <button className="btn tool small" type="button" disabled={action.busy} aria-label={`Send ${index + 1} now`} title="Send now" onClick={() => act(() => desk.queue.send(one))}><Icon name="send" /></button>
              {(steerable || unsteered) && one.attachments.length === 0 ? <button className="btn tool small" type="button" disabled={action.busy || !steerable} aria-label={`Steer with ${index + 1} now`} title={unsteered ? sentence(unsteered) : "Steer now"} onClick={() => act(() => desk.queue.steer(one))}><Icon name="steer" /></button> : null}
              {items.length > 1 ? (
                <>
                  <button className="btn tool small" type="button" disabled={action.busy || index === 0} aria-label={`Move ${index + 1} up`} title="Up" onClick={() => void action.run(() => desk.queue.move(one, -1))}><Icon name="up" /></button>
                  <button className="btn tool small" type="button" disabled={action.busy || index === items.length - 1} aria-label={`Move ${index + 1} down`} title="Down" onClick={() => void action.run(() => desk.queue.move(one, 1))}><Icon name="down" /></button>
                </>
              ) : null}
              <button className="btn tool small" type="button" aria-label={`Edit ${index + 1}`} title="Edit" onClick={() => onEdit(one)}><Icon name="pencil" /></button>
              <button className="btn tool small" type="button" disabled={action.busy} aria-label={`Remove ${index + 1}`} title="Remove" onClick={() => act(() => desk.queue.drop(one))}><Icon name="x" /></button>
            </span>
          </li>
        ))}
      </ol>
      <Trouble problem={action.problem} />
    </section>
  );
}

const named = (handles: string[]) => (handles.length === 0 ? "the answer is" : handles.length === 1 ? `@${handles[0]} is` : `${handles.map((one) => `@${one}`).join(" and ")} are`);

/** One line of a message, with who is mentioned in it. */
function Said({ text }: { text: string }) {
  const assistants = useView((state) => state.assistants);
  const known = new Set(Object.values(assistants).map((one) => one.handle.toLowerCase()));
  const pieces = text.replace(/\s+/g, " ").split(/(@[\p{L}\p{N}_.\-/]+)/u);
  return <>{pieces.map((piece, at) => (at % 2 && known.has(piece.slice(1).toLowerCase()) ? <span key={at} className="mention">{piece}</span> : piece))}</>;
}
