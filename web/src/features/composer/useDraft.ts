/**
 * The text that is being written in a place and the files that wait with it. Owns that both survive a reload, that other tabs
 * show the same, and that text handed in from elsewhere arrives.
 */
import { type RefObject, useEffect, useState } from "react";
import { drafts } from "../../state/local";
import type { Place } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { attachmentsOf, uploadsOf } from "../../state/writing";

/** A mention from a link stands before what was already written, unless it is there. */
function firstText(place: Place, prefill: string | null): string {
  const draft = drafts.get(place);
  return prefill && !draft.includes(prefill.trim()) ? prefill + draft : draft;
}

export interface Draft {
  text: string;
  /** Changes the text and, unless told otherwise, the draft. */
  setText: (text: string) => void;
}

/** While `paused` something else is in the field, such as a message being edited; the draft stays as it is. */
export function useDraft(place: Place, prefill: string | null, field: RefObject<HTMLTextAreaElement | null>, paused: boolean): Draft {
  const desk = useDesk();
  const [text, setText] = useState(() => firstText(place, prefill));
  const handed = useView((state) => state.prefills[place]);
  const uploads = useView((state) => uploadsOf(state, place));

  useEffect(() => {
    if (!paused) drafts.set(place, text);
  }, [place, text, paused]);
  useEffect(() => {
    // Nobody writes in two tabs at once, so the tab that wrote last is right.
    return paused ? undefined : drafts.watch(place, setText);
  }, [place, paused]);
  useEffect(() => {
    if (handed === undefined) return;
    desk.store.apply({ type: "prefill_taken", place });
    setText((now) => (now.includes(handed.trim()) ? now : `${now}${now && !/\s$/.test(now) ? " " : ""}${handed}`));
    field.current?.focus();
  }, [desk, place, handed, field]);

  // Before the first is written, or the empty list of a fresh page would forget them.
  useEffect(() => {
    if (uploadsOf(desk.store.get(), place).length) return;
    for (const attachment of drafts.files(place)) {
      const { id: key, name, size } = attachment;
      desk.store.apply({ type: "upload", place, upload: { key, name, size, state: "done", progress: 1, attachment, reason: null } });
    }
  }, [desk, place]);
  useEffect(() => drafts.setFiles(place, attachmentsOf(uploads)), [place, uploads]);

  return { text, setText };
}
