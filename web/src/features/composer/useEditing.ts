/** What of one's own is being changed in the field instead of written anew: a queued message, or one that was posted. */
import { useCallback, useState } from "react";
import { Problem } from "../../api/client";
import type { Id, Message, Queued } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useDesk } from "../../state/react";

export type Editing = { is: "queued"; queued: Queued } | { is: "message"; message: Message };

export const editedText = (editing: Editing) => (editing.is === "queued" ? editing.queued.text : editing.message.text);

/** The draft after what was being changed has gone without the change: by then the change is nowhere else. */
export const withReleased = (draft: string, was: string, edited: string): string =>
  edited.trim() && edited !== was ? [draft, edited].filter(Boolean).join("\n") : draft;

export interface Edits {
  editing: Editing | null;
  start: (editing: Editing) => void;
  end: () => void;
  save: (text: string) => Promise<void>;
  /** The last thing one said here that can still be changed. */
  last: () => Editing | null;
}

export function useEditing(thread: Id | null): Edits {
  const desk = useDesk();
  const [editing, setEditing] = useState<Editing | null>(null);
  const end = useCallback(() => setEditing(null), []);
  const last = (): Editing | null => {
    if (!thread) return null;
    const { queues, messages, session } = desk.store.get();
    const queued = queues[thread]?.at(-1);
    if (queued) return { is: "queued", queued };
    const own = Object.values(messages[thread] ?? {}).filter((one) => one.role === "user" && one.author.id === session?.person.id);
    const message = own.sort((a, b) => b.seq - a.seq)[0];
    return message ? { is: "message", message } : null;
  };
  const start = (next: Editing) => {
    // The server would refuse it; told before anything is typed.
    if (next.is === "message" && Object.values(desk.store.get().turns).some((turn) => turn.message_id === next.message.id && turnIsOpen(turn))) {
      throw new Problem(409, "turn_open", "this message is being answered", "stop the answer to edit it");
    }
    setEditing(next);
  };
  const save = async (text: string) => {
    if (!editing) return;
    if (text !== editedText(editing)) {
      if (editing.is === "queued") await desk.queue.change(editing.queued, text);
      else await desk.edit(editing.message.id, text);
    }
    setEditing(null);
  };
  return { editing, start, end, save, last };
}
