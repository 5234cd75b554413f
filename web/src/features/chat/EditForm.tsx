/** Changes the words of one's own message. Nobody is asked again; what was answered stays as it was. */
import { useEffect, useId, useRef, useState } from "react";
import { Problem } from "../../api/client";
import type { Message } from "../../api/types";
import { useDesk } from "../../state/react";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";

export function EditForm({ message, onDone }: { message: Message; onDone: () => void }) {
  const desk = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(message.text);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const id = useId();

  useEffect(() => {
    const area = field.current;
    if (!area) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }, []);
  const rows = Math.min(12, text.split("\n").length + Math.floor(text.length / 90));

  const save = async () => {
    const words = text.trim();
    if (saving || (words === "" && !message.attachments?.length)) return;
    if (words === message.text) return onDone();
    setSaving(true);
    try {
      await desk.edit(message.id, words);
      onDone();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "unknown", String(error)));
      setSaving(false);
    }
  };
  return (
    <form className="edit" onSubmit={(event) => {
      event.preventDefault();
      void save();
    }}>
      <textarea ref={field} value={text} rows={rows} aria-label="Message" disabled={saving} aria-invalid={problem !== null} aria-describedby={problem ? id : undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.stopPropagation();
            onDone();
          } else if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }} />
      {problem ? <p className="error-line" id={id} role="alert"><Icon name="alert" className="icon-s" /><span>{sentence(problem.message)} <span className="id">{problem.code}</span></span></p> : null}
      <div className="do">
        <button className="btn small primary" type="submit" disabled={saving}>Save</button>
        <button className="btn small quiet" type="button" onClick={onDone}>Cancel</button>
        <span className="hint">Nobody is asked again</span>
      </div>
    </form>
  );
}
