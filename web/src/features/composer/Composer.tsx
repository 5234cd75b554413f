/**
 * Where a message is written. Owns the text being written (kept as a draft of its thread), the mention list and the keys
 * inside the field; whom the message goes to and how it travels is the caller's.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Attachment, Id } from "../../api/types";
import { drafts } from "../../state/local";
import { turnIsOpen } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { Icon } from "../../ui/Icon";
import { attempt } from "../../ui/Toasts";
import { type Candidate, candidatesFor, wordAtCaret } from "./mentions";
import { MentionList, optionId } from "./MentionList";

/** What a person wrote and is about to send. */
export interface Words { text: string; attachments: Attachment[] }

export interface ComposerProps {
  thread: Id | null;
  placeholder: string;
  /** Sends the first words of a thread that does not exist yet; false when they were not taken and must stay. */
  onSend?: (words: Words) => Promise<boolean>;
  /** Chips that say whom and how. */
  tools?: ReactNode;
  /** Text to start with where there is no draft, such as a mention from a link. */
  prefill?: string | null;
}

export function Composer({ thread, placeholder, onSend, tools, prefill }: ComposerProps) {
  const desk = useDesk();
  const place = thread ?? "new";
  const [text, setText] = useState(() => drafts.get(place) || (prefill ?? ""));
  const [caret, setCaret] = useState(text.length);
  const [picked, setPicked] = useState(0);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useId();

  const assistants = useView((state) => state.assistants);
  const people = useView((state) => state.people);
  const turns = useView((state) => state.turns);
  const me = useView((state) => state.session?.person.id);

  const word = focused ? wordAtCaret(text, caret) : null;
  const candidates = useMemo(
    () => (word === null ? [] : candidatesFor(word.typed, {
      assistants: assistantRows({ assistants }), people: Object.values(people), turns: Object.values(turns), thread, me,
    })),
    [word?.typed, assistants, people, turns, thread, me],
  );
  const open = word !== null && candidates.length > 0 && closedAt !== word.start;
  const selected = Math.min(picked, candidates.length - 1);

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "0";
    area.style.height = `${Math.min(area.scrollHeight, 240)}px`;
  }, [text]);
  useEffect(() => {
    drafts.set(place, text);
  }, [place, text]);
  useEffect(() => {
    // On a touch screen the keyboard would cover what the person came to read.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);

  const running = Object.values(turns).filter((turn) => turn.thread_id === thread && turnIsOpen(turn) && !turn.stop_wanted);
  const onStop = running.length ? () => running.forEach((turn) => attempt(desk.cancel(turn.id))) : null;

  const write = (next: string, at: number) => {
    // At once, so that a key pressed right after finds the caret where it belongs.
    flushSync(() => {
      setText(next);
      setCaret(at);
    });
    field.current?.setSelectionRange(at, at);
  };
  const pick = (candidate: Candidate) => {
    if (!word) return;
    const before = `${text.slice(0, word.start)}@${candidate.handle} `;
    write(before + text.slice(caret).replace(/^ /, ""), before.length);
    setPicked(0);
    field.current?.focus();
  };
  const send = async () => {
    const said = text.trim();
    if (!said || sending) return;
    setSending(true);
    setText("");
    let taken = true;
    // In a thread the echo says itself how it went, so the field is free at once.
    if (thread) void desk.post(thread, said);
    else if (onSend) taken = await onSend({ text: said, attachments: [] }).catch(() => false);
    if (!taken) setText((now) => now || said);
    setSending(false);
    field.current?.focus();
  };

  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const candidate = candidates[selected];
    if (open && candidate) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) setPicked((selected + step + candidates.length) % candidates.length);
      else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") pick(candidate);
      else if (event.key === "Escape") setClosedAt(word.start);
      else return;
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape") field.current?.blur();
  };
  const track = () => {
    const at = field.current?.selectionStart ?? 0;
    setCaret(at);
    if (closedAt !== null && wordAtCaret(text, at)?.start !== closedAt) setClosedAt(null);
  };

  return (
    <div className={`compose${focused ? " is-focus" : ""}${tools ? "" : " one-line"}`}>
      {open ? <MentionList id={listId} field={field} at={word.start} candidates={candidates} selected={selected} onPick={pick} /> : null}
      <textarea ref={field} id="composer" className="text" dir="auto" rows={1} value={text} placeholder={placeholder} aria-label="Message"
        role="combobox" aria-autocomplete="list" aria-haspopup="listbox" aria-expanded={open} aria-controls={listId}
        aria-activedescendant={open ? optionId(listId, selected) : undefined} autoComplete="off" enterKeyHint="send"
        onChange={(event) => {
          setText(event.target.value);
          setCaret(event.target.selectionStart);
          setPicked(0);
        }}
        onKeyDown={onKey} onSelect={track} onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} />
      <div className="tools">
        {tools ? <>{tools}<span className="grow" /></> : null}
        {onStop ? <button className="btn tool" type="button" aria-label="Stop" title="Stop (⌘.)" onClick={onStop}><Icon name="stop" /></button> : null}
        <button className="btn primary tool send" type="button" aria-label="Send" title="Send (Enter). New line: ⇧Enter"
          disabled={!text.trim() || sending} onClick={() => void send()}><Icon name="send" /></button>
      </div>
    </div>
  );
}
