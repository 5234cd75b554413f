/**
 * Tells notes through the browser: one tab for all tabs of a person, and only when none of them is looked at. Owns who
 * speaks; what is worth a note is `notes`, whether it is wanted `wishes`.
 */
import type { Id } from "../../api/types";
import { isSeen } from "../../state/local";
import type { State } from "../../state/model";
import type { Store } from "../../state/store";
import { chatPath, go } from "../../ui/route";
import { type Note, notesBetween } from "./notes";
import { wished } from "./wishes";

/** How long other tabs have to say that somebody looks at them. */
const ANSWER_MS = 200;

type Word = { say: "seen?"; id: string } | { say: "seen"; id: string };

/** Runs until the returned function is called. */
export function notifyFor(store: Store, person: Id): () => void {
  const end = new AbortController();
  const name = `switchboard.notify.${person}`;
  const channel = new BroadcastChannel(name);
  const waiting = new Map<string, () => void>();
  let leading = navigator.locks === undefined;
  let before: State = store.get();

  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.say === "seen?" && isSeen()) channel.postMessage({ say: "seen", id: data.id } satisfies Word);
    else if (data.say === "seen") waiting.get(data.id)?.();
  };
  // Held until the tab closes; the next one in line takes over.
  void navigator.locks?.request(name, { signal: end.signal }, () => {
    leading = true;
    return new Promise<void>((resolve) => end.signal.addEventListener("abort", () => resolve()));
  }).catch(() => {});

  const elsewhere = () => new Promise<boolean>((resolve) => {
    const id = crypto.randomUUID();
    const done = (seen: boolean) => {
      waiting.delete(id);
      resolve(seen);
    };
    waiting.set(id, () => done(true));
    channel.postMessage({ say: "seen?", id } satisfies Word);
    setTimeout(() => done(false), ANSWER_MS);
  });

  const unsubscribe = store.subscribe(() => {
    const after = store.get();
    const { wishes, permission } = wished();
    const notes = leading && permission === "granted" && !isSeen() ? notesBetween(before, after).filter((note) => wishes[note.kind]) : [];
    before = after;
    if (notes.length) void elsewhere().then((seen) => !seen && !end.signal.aborted && notes.forEach(show));
  });
  return () => {
    unsubscribe();
    end.abort();
    channel.close();
  };
}

function show({ key, title, body, thread }: Note) {
  const shown = new Notification(title, { body, tag: key });
  shown.onclick = () => {
    window.focus();
    go(chatPath(thread));
    shown.close();
  };
}
