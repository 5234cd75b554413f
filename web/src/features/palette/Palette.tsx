/**
 * Search and commands under one key. Owns the field, the list under it and the keys in both: the field keeps the focus, the
 * arrows move through the list, Enter takes. What fits is `entries`; what a command does is the caller's.
 */
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Id } from "../../api/types";
import { useDesk, useNow, useView } from "../../state/react";
import { threadLamp, threadRows } from "../../state/rows";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { Modal } from "../../ui/Modal";
import { chatPath, go, messagePath } from "../../ui/route";
import { attempt } from "../../ui/Toasts";
import { type Command, type Entry, groupsFor } from "./entries";
import { EntryLine } from "./EntryLine";

export interface PaletteProps {
  commands: Command[];
  /** Search in this thread only, until the person takes that away. */
  within: Id | null;
  current: Id | null;
  onClose: () => void;
}

export function Palette({ commands, within: first, current, onClose }: PaletteProps) {
  const desk = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const [typed, setTyped] = useState("");
  const [within, setWithin] = useState(first);
  const [at, setAt] = useState(0);
  const threads = useView((state) => state.threads);
  const search = useView((state) => state.search);
  const now = useNow(true, 60_000);
  const scope = within ? threads[within]?.title || "this thread" : null;

  useLayoutEffect(() => {
    field.current?.focus();
    return () => desk.finder.close();
  }, [desk]);

  const rows = useMemo(() => [false, true].flatMap((archived) => threadRows({ threads }, archived)).map((thread) => ({ thread, lamp: threadLamp(thread).lamp })), [threads]);
  const groups = useMemo(() => groupsFor({ typed, commands, threads: rows, search, within, current }), [typed, commands, rows, search, within, current]);
  const entries = groups.flatMap((group) => group.entries);
  const selected = Math.min(at, entries.length - 1);

  // In braces: newer browsers return a promise, which an effect must not.
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [selected, groups]);
  useEffect(() => {
    // What lies below the selection is fetched before it is reached.
    if (search?.next && selected >= entries.length - 5) attempt(desk.finder.more());
  }, [desk, search?.next, selected, entries.length]);

  const type = (text: string, thread: Id | null) => {
    setTyped(text);
    setWithin(thread);
    setAt(0);
    desk.finder.ask(text, thread);
  };
  const take = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    if (entry.is === "command") entry.command.act();
    else go(entry.is === "thread" ? chatPath(entry.id) : messagePath(entry.hit.thread.id, entry.hit.message.seq));
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step && entries.length) {
      const far = Math.abs(step) > 1;
      setAt(far ? Math.max(0, Math.min(entries.length - 1, selected + step)) : (selected + step + entries.length) % entries.length);
    } else if (event.key === "Enter") take(entries[selected]);
    else if (event.key === "Backspace" && typed === "" && within) type("", null);
    // The list has one tab stop, the field; leaving it would leave the dialog without any.
    else if (event.key !== "Tab") return;
    event.preventDefault();
  };

  const asking = search?.state === "asking" && typed.trim() !== "";
  let index = -1;
  return (
    <Modal className="dialog palette" aria-label="Search and commands" onClose={onClose}>
      <div className="palette-head">
        {asking ? <Lamp kind="running" /> : <Icon name="search" />}
        {scope ? <button className="tag accent cut" type="button" tabIndex={-1} aria-label={`Only in ${scope}. Search everywhere`} onClick={() => type(typed, null)}>{scope}<Icon name="x" className="icon-s" /></button> : null}
        <input ref={field} type="text" role="combobox" aria-label={scope ? `Search in ${scope}` : "Search threads and messages, or a command"} aria-autocomplete="list"
          aria-expanded={entries.length > 0} aria-controls={id} aria-activedescendant={entries.length ? `${id}-${selected}` : undefined}
          placeholder={scope ? "Search here" : "Search, or do something"} autoComplete="off" spellCheck={false} enterKeyHint="go" maxLength={200}
          value={typed} onChange={(event) => type(event.target.value, within)} onKeyDown={onKey} />
        <kbd className="wide-only">Esc</kbd>
        <button className="btn tool narrow-only" type="button" aria-label="Close" onClick={onClose}><Icon name="x" /></button>
      </div>
      <div ref={list} className="palette-list" id={id} role="listbox" aria-label="Found">
        {groups.map((group) => (
          <div key={group.name} role="group" aria-label={group.name}>
            <div className="label" role="presentation">{group.name}</div>
            {group.entries.map((entry) => {
              index += 1;
              const here = index;
              return (
                <div key={entry.key} id={`${id}-${here}`} className={entry.is === "message" ? "o two" : "o"} role="option" aria-selected={here === selected}
                  onPointerMove={() => here !== selected && setAt(here)} onClick={() => take(entry)}>
                  <EntryLine entry={entry} now={now} />
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <p className="palette-foot" role="status">{foot(typed, search?.state ?? null, search?.reason ?? null, entries.length)}</p>
    </Modal>
  );
}

function foot(typed: string, state: "asking" | "here" | "failed" | null, reason: string | null, count: number): string {
  if (!typed.trim()) return "";
  if (state === "failed") return `Messages were not searched. ${sentence(reason ?? "")}`;
  if (count === 0 && state === "here") return "Nothing has these words.";
  return "";
}
