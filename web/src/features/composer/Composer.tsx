/**
 * Where a message is written. Owns the field and its keys, and puts its parts together: the queue over it, the list at the
 * caret, the files, the row of tools. What becomes of the words is `useSend`'s.
 */
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Assistant, Id } from "../../api/types";
import type { Place } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { isCommand } from "../../ui/keyname";
import { problemFrom } from "../../ui/load";
import { Trouble } from "../../ui/Trouble";
import "../../ui/composer.css";
import { FileChips } from "./FileChips";
import { isLong } from "./files";
import { HowStrip } from "./HowStrip";
import { askedIn } from "./mentions";
import { QueueList } from "./QueueList";
import { EditingStrip, PastedStrip } from "./Strips";
import { optionId, Suggestions } from "./Suggestions";
import { Tools } from "./Tools";
import { useAsked } from "./useAsked";
import { useAwaited } from "./useAwaited";
import { useCommands } from "./useCommands";
import { useDraft } from "./useDraft";
import { useDrop } from "./useDrop";
import { type Editing, editedText, useEditing, withReleased } from "./useEditing";
import { useFiles } from "./useFiles";
import { useOutlook } from "./useOutlook";
import { useSend, type Words } from "./useSend";
import { type Pick, useSuggestions } from "./useSuggestions";
import { waysOf } from "./ways";

export interface ComposerProps {
  thread: Id | null;
  placeholder: string;
  /** Sends the first words of a thread that does not exist yet; false when they were not taken and must stay. */
  onSend?: (words: Words) => Promise<boolean>;
  /** Chips that say whom and how. */
  tools?: ReactNode;
  /** How those who are asked shall work, drawn by whoever knows models. */
  drawChips: (ask: { place: Place; asked: Assistant[]; direct: Id | null }) => ReactNode;
  drawMeters: (ask: { place: Place; asked: Assistant[]; direct: Id | null }) => ReactNode;
  /** Text to start with, such as a mention from a link. */
  prefill: string | null;
}

export function Composer({ thread, placeholder, onSend, tools, drawChips, drawMeters, prefill }: ComposerProps) {
  const desk = useDesk();
  const place: Place = thread ?? "new";
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const listId = useId();
  const focus = () => field.current?.focus();

  const edits = useEditing(thread);
  const { editing } = edits;
  const draft = useDraft(place, prefill, field);
  const [edited, setEdited] = useState("");
  const [text, setText] = editing ? [edited, setEdited] : [draft.text, draft.setText];
  const [caret, setCaret] = useState(text.length);
  const [focused, setFocused] = useState(false);
  const [pasted, setPasted] = useState<string | null>(null);

  const assistants = useView((state) => state.assistants);
  const direct = useView((state) => (thread ? state.threads[thread]?.assistant_id ?? null : state.beginning.direct));
  const { queue, waits, steered, unsteered, awaited, stop, running } = useAwaited(thread);
  const asked = useAsked(place, draft.text, askedIn(draft.text, assistantRows({ assistants }), direct), direct);
  const files = useFiles(place, asked);
  const outlook = useOutlook(place, asked);
  const commands = useCommands({ thread, direct, asked, stop, onAttach: () => picker.current?.click() });
  const list = useSuggestions(focused && !(editing && text.startsWith("/")), text, caret, thread, commands);
  const ways = waysOf({ waits, steered, direct, asked, files: files.chips.length > 0 });
  const { send, busy, offline, problem, setProblem } = useSend({ thread, text, asked, setText, edits, files, commands, ways, steered: steered?.id ?? null, onSend, onFree: focus });
  const dropped = useDrop(field, (all) => {
    if (!editing) files.add(all);
  });

  useFit(field, text);
  useEffect(() => {
    // On a touch screen the keyboard would cover what the person came to read.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);
  // The queued message was sent, or removed in another tab: there is nothing left to edit.
  const lost = editing?.is === "queued" && !queue.some((one) => one.id === editing.queued.id);
  useEffect(() => {
    if (!lost || !editing) return;
    draft.setText((now) => withReleased(now, editedText(editing), edited));
    edits.end();
  }, [lost, editing, edited, draft.setText, edits.end]);

  const write = (next: string, at: number) => {
    // At once, so that a key pressed right after finds the caret where it belongs.
    flushSync(() => {
      setText(next);
      setCaret(at);
    });
    field.current?.setSelectionRange(at, at);
    focus();
  };
  const take = (pick: Pick | null) => {
    if (!pick) return;
    if (pick.is === "act") {
      write("", 0);
      pick.command.act("");
    } else {
      const before = text.slice(0, pick.start) + pick.text;
      write(before + text.slice(caret).replace(/^ /, ""), before.length);
    }
  };
  const startEdit = (next: Editing | null) => {
    if (!next) return;
    try {
      edits.start(next);
      setProblem(null);
      setEdited(editedText(next));
      setCaret(editedText(next).length);
      focus();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  };
  const endEdit = () => {
    edits.end();
    setProblem(null);
    setCaret(draft.text.length);
    focus();
  };
  const attachPasted = () => {
    if (pasted === null) return;
    files.add([new File([pasted], "pasted.txt", { type: "text/plain" })]);
    const at = text.indexOf(pasted);
    write(text.slice(0, at) + text.slice(at + pasted.length), at);
    setPasted(null);
  };

  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const taken = list?.onKey(event);
    if (taken) {
      take(taken.pick);
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send(isCommand(event) ? "other" : "usual");
    } else if (event.key === "ArrowUp" && !text && !editing && files.chips.length === 0 && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      startEdit(edits.last());
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (editing) endEdit();
      else field.current?.blur();
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    if (editing) return;
    const words = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n");
    const pictures = [...event.clipboardData.files];
    // A table copied from an office program comes as text and as a picture of itself; the text is what was meant.
    if (pictures.length && !words) {
      event.preventDefault();
      files.add(pictures);
    } else if (isLong(words)) setPasted(words);
  };

  return (
    <>
      <span className="sr" role="status">{queue.length ? `${queue.length} queued` : ""}</span>
      <QueueList items={queue} steerable={steered !== null} unsteered={unsteered} awaited={awaited} editing={editing?.is === "queued" ? editing.queued.id : null}
        onEdit={(queued) => startEdit({ is: "queued", queued })} onDone={focus} />
      <div className={focused ? "compose is-focus" : "compose"}>
        {list ? <Suggestions id={listId} label={list.label} field={field} at={list.at} options={list.options} selected={list.selected} onPick={(index) => take(list.pick(index))} /> : null}
        {editing ? <EditingStrip editing={editing} onEnd={endEdit} /> : (
          <FileChips chips={files.chips} onAgain={files.again} onRemove={(key) => {
            files.remove(key);
            setProblem(null);
          }} />
        )}
        {pasted !== null && !editing && text.includes(pasted) ? <PastedStrip text={pasted} onAttach={attachPasted} onKeep={() => setPasted(null)} /> : null}
        {editing ? null : <HowStrip outlook={outlook} />}
        <textarea ref={field} id="composer" className="text" dir="auto" rows={1} value={text} placeholder={ways.usual === "steer" ? "Steer this turn" : placeholder} aria-label="Message"
          role="combobox" aria-autocomplete="list" aria-haspopup="listbox" aria-expanded={list !== null} aria-controls={listId}
          aria-activedescendant={list ? optionId(listId, list.selected) : undefined} autoComplete="off" enterKeyHint="send"
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart);
            setProblem(null);
            if (thread && event.target.value && !editing) desk.signs.typing(thread);
          }}
          onKeyDown={onKey} onPaste={onPaste} onSelect={() => setCaret(field.current?.selectionStart ?? 0)}
          onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} />
        <Trouble problem={problem?.code === "no_model" && !outlook.none ? null : problem} />
        <Tools does={editing ? "save" : ways.usual} other={editing ? "save" : ways.other} picker={picker} noFiles={outlook.noFiles} onFiles={(all) => {
          files.add(all);
          focus();
        }} onSend={() => void send("usual")} sendable={!busy && (text.trim() !== "" || files.chips.length > 0 || editing !== null)}
          offline={offline} written={text !== ""} stop={stop} running={running}
          meters={drawMeters({ place, asked, direct })}>
          {tools}
          {drawChips({ place, asked, direct })}
        </Tools>
      </div>
      {dropped}
    </>
  );
}

const HIGHEST = 240;

/** The field is as high as its text, up to a limit; then it scrolls. */
function useFit(field: RefObject<HTMLTextAreaElement | null>, text: string) {
  useLayoutEffect(() => {
    const fit = () => {
      if (!field.current) return;
      field.current.style.height = "0";
      field.current.style.height = `${Math.min(field.current.scrollHeight, HIGHEST)}px`;
    };
    fit();
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, [field, text]);
}
