/** What is being written and not yet posted: handed text, files on their way, the queue. Pure. */
import type { Attachment, Id, Queued } from "../api/types";
import type { Change } from "./change";
import type { Place, State, Upload } from "./model";

type Of<T extends Change["type"]> = Extract<Change, { type: T }>;
export type WritingChange = Of<"prefill" | "prefill_taken" | "upload" | "upload_progress" | "upload_done" | "upload_failed" | "upload_removed" | "uploads_taken">;

export function putWriting(state: State, change: WritingChange): State {
  switch (change.type) {
    case "prefill": return { ...state, prefills: { ...state.prefills, [change.place]: change.text } };
    case "prefill_taken": return { ...state, prefills: without(state.prefills, change.place) };
    case "upload": {
      const others = uploadsOf(state, change.place).filter((one) => one.key !== change.upload.key);
      return { ...state, uploads: { ...state.uploads, [change.place]: [...others, change.upload] } };
    }
    case "upload_progress": return touch(state, change.place, change.key, (one) => (one.state === "uploading" ? { ...one, progress: change.progress } : one));
    case "upload_done": return touch(state, change.place, change.key, (one) => ({ ...one, state: "done", progress: 1, attachment: change.attachment, reason: null }));
    case "upload_failed": return touch(state, change.place, change.key, (one) => ({ ...one, state: "failed", reason: change.reason }));
    case "upload_removed": {
      const rest = uploadsOf(state, change.place).filter((one) => one.key !== change.key);
      return { ...state, uploads: rest.length ? { ...state.uploads, [change.place]: rest } : without(state.uploads, change.place) };
    }
    case "uploads_taken": return { ...state, uploads: without(state.uploads, change.place) };
  }
}

const none: Upload[] = [];
export const uploadsOf = (state: Pick<State, "uploads">, place: Place): Upload[] => state.uploads[place] ?? none;

/** The files that are there and go with the message. */
export const attachmentsOf = (uploads: Upload[]): Attachment[] => uploads.flatMap((one) => (one.attachment ? [one.attachment] : []));

/** A late word about an upload that was removed changes nothing. */
function touch(state: State, place: Place, key: string, how: (one: Upload) => Upload): State {
  const all = state.uploads[place];
  if (!all?.some((one) => one.key === key)) return state;
  return { ...state, uploads: { ...state.uploads, [place]: all.map((one) => (one.key === key ? how(one) : one)) } };
}

function without<T>(all: Record<string, T>, key: string): Record<string, T> {
  const { [key]: _gone, ...rest } = all;
  return rest;
}

/** The person's queue in a thread, in the order in which it is sent. */
export function putQueue(state: State, thread: Id, items: Queued[]): State {
  return { ...state, queues: { ...state.queues, [thread]: [...items].sort((a, b) => a.place - b.place || a.created_at - b.created_at) } };
}
