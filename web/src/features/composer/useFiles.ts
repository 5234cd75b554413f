/** The files of a message that is being written, each with what keeps it from being sent. */
import { useCallback } from "react";
import type { Assistant } from "../../api/types";
import type { Place } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { uploadsOf } from "../../state/writing";
import type { Chip } from "./FileChips";
import { FILE_LIMIT, named, refusal, unsupported } from "./files";
import { useReaders } from "./useOutlook";

export interface Files {
  chips: Chip[];
  add: (files: File[]) => void;
  remove: (key: string) => void;
  again: (key: string) => void;
  /** Why the message cannot go yet; null when it can. */
  block: string | null;
}

export function useFiles(place: Place, asked: Assistant[]): Files {
  const desk = useDesk();
  const uploads = useView((state) => uploadsOf(state, place));
  const add = useCallback((files: File[]) => {
    for (const file of files) {
      const { name, size } = file;
      const reason = refusal(file, uploadsOf(desk.store.get(), place));
      if (reason === null) desk.uploads.add(place, [named(file, new Date())]);
      else desk.store.apply({ type: "upload", place, upload: { key: crypto.randomUUID(), name, size, state: "failed", progress: 0, attachment: null, reason } });
    }
  }, [desk, place]);

  const readers = useReaders(place, asked);
  const chips = uploads.map((upload): Chip => {
    const cannot = upload.attachment ? unsupported(upload.attachment, readers) : null;
    // What this page refused was never on its way, so there is nothing to try again.
    const again = upload.state === "failed" && upload.size > 0 && upload.size <= FILE_LIMIT && !/^too (many|much)/.test(upload.reason ?? "");
    return { upload, wrong: upload.state === "failed" ? upload.reason : cannot, again };
  });
  const coming = uploads.filter((one) => one.state === "uploading");
  const wrong = chips.find((one) => one.wrong);
  const block = wrong
    ? `${wrong.upload.name} cannot be sent; remove it`
    : coming.length ? `${coming[0]?.name ?? "a file"} is still on its way` : null;
  return {
    chips, add, block,
    remove: (key) => desk.uploads.remove(place, key),
    again: (key) => desk.uploads.again(place, key),
  };
}
