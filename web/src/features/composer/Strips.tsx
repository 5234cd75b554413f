/** The lines over the field that say what stands in it, when that is not simply a new message. */
import { bytes, time } from "../../state/words";
import { Icon } from "../../ui/Icon";
import type { Editing } from "./useEditing";

export function EditingStrip({ editing, onEnd }: { editing: Editing; onEnd: () => void }) {
  return (
    <p className="compose-strip">
      <Icon name="pencil" className="icon-s" />
      <span className="grow cut">{editing.is === "queued" ? "Editing a queued message" : `Editing your message of ${time(editing.message.created_at)}`}</span>
      <span className="hint wide-only">Esc leaves it as it was</span>
      <button className="btn tool small" type="button" aria-label="Leave it as it was" onClick={onEnd}><Icon name="x" /></button>
    </p>
  );
}

/** A long text was pasted, which may read better as a file. */
export function PastedStrip({ text, onAttach, onKeep }: { text: string; onAttach: () => void; onKeep: () => void }) {
  return (
    <p className="compose-strip">
      <Icon name="paste" className="icon-s" />
      <span className="grow cut">Pasted {text.split("\n").length} lines, {bytes(new Blob([text]).size)}</span>
      <button className="btn small" type="button" onClick={onAttach}>Attach as a file</button>
      <button className="btn tool small" type="button" aria-label="Keep it as text" title="Keep it as text" onClick={onKeep}><Icon name="x" /></button>
    </p>
  );
}
