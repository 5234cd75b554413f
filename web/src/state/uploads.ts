/** Brings files to the server for a message that is being written. Owns the files themselves; the state knows only how far they are. */
import { api, Problem, upload } from "../api/client";
import type { Attachment } from "../api/types";
import type { Place } from "./model";
import type { Store } from "./store";
import { sentence } from "./words";
import { attachmentsOf, uploadsOf } from "./writing";

interface Running { file: File; cut: AbortController }

export class Uploads {
  #running = new Map<string, Running>();

  constructor(readonly store: Store) {}

  add(place: Place, files: Iterable<File>) {
    for (const file of files) void this.#send(place, crypto.randomUUID(), file);
  }

  /** Once more, after it failed. */
  again(place: Place, key: string) {
    const file = this.#running.get(key)?.file;
    if (file) void this.#send(place, key, file);
  }

  remove(place: Place, key: string) {
    const done = uploadsOf(this.store.get(), place).find((one) => one.key === key)?.attachment;
    this.#running.get(key)?.cut.abort();
    this.#running.delete(key);
    this.store.apply({ type: "upload_removed", place, key });
    // One that is never dropped vanishes by itself after a day.
    if (done) api.dropAttachment(done.id).catch(() => {});
  }

  /** Hands the uploaded files to the message that is about to be posted. */
  take(place: Place): Attachment[] {
    const uploads = uploadsOf(this.store.get(), place);
    for (const { key } of uploads) this.#running.delete(key);
    if (uploads.length) this.store.apply({ type: "uploads_taken", place });
    return attachmentsOf(uploads);
  }

  async #send(place: Place, key: string, file: File): Promise<void> {
    const { store } = this;
    const cut = new AbortController();
    this.#running.set(key, { file, cut });
    store.apply({ type: "upload", place, upload: { key, name: file.name, size: file.size, state: "uploading", progress: 0, attachment: null, reason: null } });
    try {
      const attachment = await upload(file, (progress) => store.applySoon({ type: "upload_progress", place, key, progress }), cut.signal);
      store.apply({ type: "upload_done", place, key, attachment });
    } catch (error) {
      const reason = error instanceof Problem ? [error.message, error.hint ?? ""].map(sentence).join(" ").trim() : String(error);
      store.apply({ type: "upload_failed", place, key, reason });
    }
  }
}
