/**
 * The text that is being written in a place and the files that wait with it. Owns that both survive a reload, that other tabs
 * show the same, and that text handed in from elsewhere arrives.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
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
  setText: (change: string | ((now: string) => string)) => void;
}

export function useDraft(place: Place, prefill: string | null, field: RefObject<HTMLTextAreaElement | null>): Draft {
  const desk = useDesk();
  const [text, show] = useState(() => firstText(place, prefill));
  const latest = useRef(text);
  const handed = useView((state) => state.prefills[place]);
  const uploads = useView((state) => uploadsOf(state, place));

  // Only what is typed here is written down: writing back what was heard from another tab would overtake what is typed there.
  const setText = useCallback((change: string | ((now: string) => string)) => {
    latest.current = typeof change === "string" ? change : change(latest.current);
    show(latest.current);
    drafts.set(place, latest.current);
  }, [place]);
  const takeFiles = useCallback(() => {
    const here = uploadsOf(desk.store.get(), place);
    for (const attachment of drafts.files(place)) {
      const { id: key, name, size } = attachment;
      if (here.some((one) => one.attachment?.id === key)) continue;
      desk.store.apply({ type: "upload", place, upload: { key, name, size, state: "done", progress: 1, attachment, reason: null } });
    }
  }, [desk, place]);
  const dropFiles = useCallback(() => {
    const there = new Set(drafts.files(place).map(({ id }) => id));
    for (const { key, attachment } of uploadsOf(desk.store.get(), place)) {
      if (attachment && !there.has(attachment.id)) desk.store.apply({ type: "upload_removed", place, key });
    }
  }, [desk, place]);
  useEffect(() => drafts.watch(place, (written) => {
    latest.current = written;
    show(written);
  }, () => {
    dropFiles();
    takeFiles();
  }), [place, dropFiles, takeFiles]);
  useEffect(() => {
    if (handed === undefined) return;
    desk.store.apply({ type: "prefill_taken", place });
    setText((now) => (now.includes(handed.trim()) ? now : `${now}${now && !/\s$/.test(now) ? " " : ""}${handed}`));
    field.current?.focus();
  }, [desk, place, handed, field, setText]);

  // Before the first is written, or the empty list of a fresh page would forget them.
  useEffect(takeFiles, [takeFiles]);
  useEffect(() => drafts.setFiles(place, attachmentsOf(uploads)), [place, uploads]);

  return { text, setText };
}
