/**
 * Where a message is written. Owns the field, its keys and what sending means just now: post, queue, save an edit, run a
 * command. What is queued, uploaded or edited is the state's; this only asks for it.
 */
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Problem } from "../../api/client";
import type { Attachment, Id, Queued } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { bytes, time } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { isCommand, keyName } from "../../ui/keyname";
import { problemFrom } from "../../ui/load";
import { attempt } from "../../ui/Toasts";
import { Trouble } from "../../ui/Trouble";
import "../../ui/composer.css";
import { commandIn } from "./commands";
import { FileChips } from "./FileChips";
import { isLong } from "./files";
import { askedIn } from "./mentions";
import { QueueList } from "./QueueList";
import { optionId, Suggestions } from "./Suggestions";
import { useCommands } from "./useCommands";
import { useDraft } from "./useDraft";
import { useDrop } from "./useDrop";
import { type Editing, editedText, useEditing } from "./useEditing";
import { useFiles } from "./useFiles";
import { type Pick, useSuggestions } from "./useSuggestions";

/** What a person wrote and is about to send. */
export interface Words { text: string; attachments: Attachment[] }

export interface ComposerProps {
  thread: Id | null;
  placeholder: string;
  /** Sends the first words of a thread that does not exist yet; false when they were not taken and must stay. */
  onSend?: (words: Words) => Promise<boolean>;
  /** Chips that say whom and how. */
  tools?: ReactNode;
  /** Text to start with, such as a mention from a link. */
  prefill: string | null;
}

const noQueue: Queued[] = [];

export function Composer({ thread, placeholder, onSend, tools, prefill }: ComposerProps) {
  const desk = useDesk();
  const place = thread ?? "new";
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const listId = useId();
  const edits = useEditing(thread);
  const { editing } = edits;
  const draft = useDraft(place, prefill, field, editing !== null);
  const [edited, setEdited] = useState("");
  const [text, setText] = editing ? [edited, setEdited] : [draft.text, draft.setText];
  const [caret, setCaret] = useState(text.length);
  const [focused, setFocused] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pasted, setPasted] = useState<string | null>(null);

  const assistants = useView((state) => state.assistants);
  const turns = useView((state) => state.turns);
  const me = useView((state) => state.session?.person.id);
  const direct = useView((state) => (thread ? state.threads[thread]?.assistant_id ?? null : null));
  const queue = useView((state) => (thread ? state.queues[thread] ?? noQueue : noQueue));
  const offline = useView((state) => state.link.is === "offline");

  const open = useMemo(() => Object.values(turns).filter((turn) => turn.thread_id === thread && turnIsOpen(turn)), [turns, thread]);
  const stoppable = open.filter((turn) => !turn.stop_wanted);
  const own = open.filter((turn) => turn.person === me);
  const handlesOf = (all: typeof open) => [...new Set(all.map((turn) => assistants[turn.assistant]?.handle ?? "assistant"))];
  const stop = stoppable.length ? () => stoppable.forEach((turn) => attempt(desk.cancel(turn.id))) : null;
  /** While one's own answer is awaited, what is said next waits for it. */
  const waits = own.length > 0 || queue.some((one) => !one.held);

  const files = useFiles(place, askedIn(draft.text, assistantRows({ assistants }), direct));
  const dropped = useDrop(field, (all) => {
    if (!editing) files.add(all);
  });
  const commands = useCommands({ thread, stop, onAttach: () => picker.current?.click() });
  const list = useSuggestions(focused && !editing || focused && !text.startsWith("/"), text, caret, thread, commands);

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    const fit = () => {
      area.style.height = "0";
      area.style.height = `${Math.min(area.scrollHeight, 240)}px`;
    };
    fit();
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, [text]);
  useEffect(() => {
    // On a touch screen the keyboard would cover what the person came to read.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);
  // The queued message was sent, or removed in another tab: there is nothing left to edit.
  const lost = editing?.is === "queued" && !queue.some((one) => one.id === editing.queued.id);
  useEffect(() => {
    if (lost) edits.end();
  }, [lost, edits.end]);
  useEffect(() => {
    if (!offline) setProblem((now) => (now?.code === "offline" ? null : now));
  }, [offline]);
  const pasteLeft = pasted !== null && text.includes(pasted);

  const write = (next: string, at: number) => {
    // At once, so that a key pressed right after finds the caret where it belongs.
    flushSync(() => {
      setText(next);
      setCaret(at);
    });
    field.current?.setSelectionRange(at, at);
    field.current?.focus();
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
      field.current?.focus();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  };
  const endEdit = () => {
    edits.end();
    setProblem(null);
    setCaret(draft.text.length);
    field.current?.focus();
  };
  const run = async (work: () => Promise<unknown>) => {
    setSending(true);
    setProblem(null);
    await work().catch((error: unknown) => setProblem(problemFrom(error)));
    setSending(false);
    field.current?.focus();
  };

  const send = async (how: "usual" | "other") => {
    const said = text.trim();
    if (sending) return;
    if (editing) {
      const kept = editing.is === "queued" ? editing.queued.attachments.length : editing.message.attachments?.length ?? 0;
      if (said || kept) await run(() => edits.save(said));
      return;
    }
    const command = commandIn(said, commands);
    if (command) {
      write("", 0);
      command.command.act(command.rest);
      return;
    }
    if (!said && files.chips.length === 0) return;
    if (files.block) {
      setProblem(new Problem(0, "", files.block));
      return;
    }
    if (offline) {
      setProblem(new Problem(0, "offline", "not connected", "what you wrote is kept here and can be sent when the connection is back"));
      return;
    }
    const attachments = desk.uploads.take(place);
    desk.signs.stopped();
    setText("");
    setPasted(null);
    setProblem(null);
    if (thread && !(waits && how === "usual")) {
      // The echo says itself how it went, so the field is free at once.
      void desk.post(thread, said, attachments);
      return;
    }
    await run(async () => {
      try {
        if (thread) await desk.queue.add(thread, said, attachments);
        else if (onSend && !await onSend({ text: said, attachments })) giveBack(said, attachments);
      } catch (error) {
        giveBack(said, attachments);
        throw error;
      }
    });
  };
  /** What was not taken is in the field again, before whatever was typed meanwhile. */
  const giveBack = (said: string, attachments: Attachment[]) => {
    const meanwhile = field.current?.value ?? "";
    setText(meanwhile ? `${said}\n${meanwhile}` : said);
    for (const attachment of attachments) {
      const { id: key, name, size } = attachment;
      desk.store.apply({ type: "upload", place, upload: { key, name, size, state: "done", progress: 1, attachment, reason: null } });
    }
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
  const asFile = () => {
    if (pasted === null) return;
    files.add([new File([pasted], "pasted.txt", { type: "text/plain" })]);
    const at = text.indexOf(pasted);
    write(text.slice(0, at) + text.slice(at + pasted.length), at);
    setPasted(null);
  };
  const track = () => setCaret(field.current?.selectionStart ?? 0);

  const does = editing ? "Save" : waits ? "Queue" : "Send";
  const empty = !text.trim() && files.chips.length === 0 && !editing;
  const title = { Save: "Save (Enter)", Queue: `Queue (Enter). Send now: ${keyName("⌘Enter")}`, Send: "Send (Enter). New line: ⇧Enter" }[does];
  return (
    <>
      <span className="sr" role="status">{queue.length ? `${queue.length} queued` : ""}</span>
      <QueueList items={queue} awaited={handlesOf(own)} editing={editing?.is === "queued" ? editing.queued.id : null}
        onEdit={(queued) => startEdit({ is: "queued", queued })} onDone={() => field.current?.focus()} />
      <div className={`compose${focused ? " is-focus" : ""}${editing ? " is-editing" : ""}`}>
        {list ? <Suggestions id={listId} label={list.label} field={field} at={list.at} options={list.options} selected={list.selected} onPick={(index) => take(list.pick(index))} /> : null}
        {editing ? (
          <p className="compose-strip"><Icon name="pencil" className="icon-s" /><span className="grow cut">{editing.is === "queued" ? "Editing a queued message" : `Editing your message of ${time(editing.message.created_at)}`}</span><span className="hint wide-only">Esc leaves it as it was</span>
            <button className="btn tool small" type="button" aria-label="Leave it as it was" onClick={endEdit}><Icon name="x" /></button></p>
        ) : null}
        {editing ? null : <FileChips chips={files.chips} onAgain={files.again} onRemove={(key) => {
          files.remove(key);
          setProblem(null);
        }} />}
        {pasteLeft && !editing ? (
          <p className="compose-strip"><Icon name="paste" className="icon-s" /><span className="grow cut">Pasted {pasted.split("\n").length} lines, {bytes(new Blob([pasted]).size)}</span>
            <button className="btn small" type="button" onClick={asFile}>Attach as a file</button>
            <button className="btn tool small" type="button" aria-label="Keep it as text" title="Keep it as text" onClick={() => setPasted(null)}><Icon name="x" /></button></p>
        ) : null}
        <textarea ref={field} id="composer" className="text" dir="auto" rows={1} value={text} placeholder={placeholder} aria-label="Message"
          role="combobox" aria-autocomplete="list" aria-haspopup="listbox" aria-expanded={list !== null} aria-controls={listId}
          aria-activedescendant={list ? optionId(listId, list.selected) : undefined} autoComplete="off" enterKeyHint="send"
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart);
            setProblem(null);
            if (thread && event.target.value && !editing) desk.signs.typing(thread);
          }}
          onKeyDown={onKey} onPaste={onPaste} onSelect={track} onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} />
        <Trouble problem={problem} />
        <div className="tools">
          <button className="btn tool" type="button" aria-label="Attach files" title="Attach files" disabled={editing !== null} onClick={() => picker.current?.click()}><Icon name="clip" /></button>
          <input ref={picker} type="file" multiple hidden aria-label="Files to attach" onChange={(event) => {
            files.add([...event.target.files ?? []]);
            event.target.value = "";
            field.current?.focus();
          }} />
          {tools ? <><span className="sep wide-only" />{tools}</> : null}
          <span className="grow" />
          {offline ? <span className="hint cut">Not connected, your draft is kept</span>
            : waits && !editing && text ? <span className="hint wide-only">{keyName("⌘Enter")} sends it now</span> : null}
          {stop ? <button className="btn tool" type="button" aria-label={`Stop ${handlesOf(stoppable).map((one) => `@${one}`).join(" and ")}`} title={`Stop (${keyName("⌘.")})`} onClick={stop}><Icon name="stop" /></button> : null}
          <button className="btn primary tool send" type="button" aria-label={does} title={offline ? "Not connected" : title}
            disabled={empty || sending || offline} onClick={() => void send("usual")}><Icon name={editing ? "check" : "send"} /></button>
        </div>
      </div>
      {dropped}
    </>
  );
}
