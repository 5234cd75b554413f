/**
 * Changes the words of one's own message: saved, nobody is asked again; sent again, an answer to them is asked for, in place if
 * there was none yet, else in a fork, so that what was answered stays as it was.
 */
import { useEffect, useId, useRef, useState } from "react";
import { Problem } from "../../api/client";
import type { Message } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { chatPath, go } from "../../ui/route";
import { staysAsItIs } from "./fork";

export function EditForm({ message, onDone }: { message: Message; onDone: () => void }) {
  const desk = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(message.text);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const id = useId();
  const forks = useView((state) => staysAsItIs(message.id, state.turns));
  /** The same for every try at the same words, so that none is asked twice. */
  const wish = useRef({ text: "", client_id: "" });

  useEffect(() => {
    const area = field.current;
    if (!area) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }, []);
  const rows = Math.min(12, text.split("\n").length + Math.floor(text.length / 90));

  const attempt = async (work: (words: string) => Promise<void>) => {
    const words = text.trim();
    if (saving || (words === "" && !message.attachments?.length)) return;
    setSaving(true);
    try {
      await work(words);
      onDone();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "unknown", String(error)));
      setSaving(false);
    }
  };
  const save = () => attempt(async (words) => {
    if (words !== message.text) await desk.edit(message.id, words);
  });
  const sendAgain = () => attempt(async (words) => {
    if (wish.current.text !== words) wish.current = { text: words, client_id: crypto.randomUUID() };
    const thread = await desk.resend(message.id, words, wish.current.client_id);
    if (thread !== message.thread_id) go(chatPath(thread));
  });
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
        <button className="btn small" type="button" disabled={saving} aria-describedby={`${id}-again`} onClick={() => void sendAgain()}><Icon name={forks ? "fork" : "refresh"} />{forks ? "Send again in a fork" : "Send again"}</button>
        <button className="btn small quiet" type="button" onClick={onDone}>Cancel</button>
        <span className="hint" id={`${id}-again`}>
          {forks
            ? "Save asks nobody. Send again opens a private thread that begins before this message; here all stays as it is."
            : "Save asks nobody. Send again changes the message here and asks for an answer."}
        </span>
      </div>
    </form>
  );
}
