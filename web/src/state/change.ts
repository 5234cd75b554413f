/** Everything that can happen to the state, and how a frame of the wire becomes one of these. Pure. */
import type { LinkState } from "../api/stream";
import type {
  Assistant, Attachment, Author, Backend, Delta, Frame, Hit, Id, Item, Message, MessagePage, Page, Person, Pos, Presence, Question, Queued, Session,
  Steer, Thread, Turn, TurnItems, TurnPage,
} from "../api/types";
import type { Beginning, Pending, Place, Upload } from "./model";
import type { TurnsOf } from "./turn-list";
import { utf8Length } from "./utf8";

/**
 * For an answer that says nothing about its own position: the newest position of the thing when it was asked for. If the
 * stream has spoken of it since, the answer is of unknown age and the stream is right.
 */
export interface Asked { since: number | undefined }

/** The same for a list: what had been seen of each when it was asked for. */
export type Since = Record<string, number>;

export const asking = (state: { seen: Since }, key: string): Asked => ({ since: state.seen[key] });

export type Change =
  | { type: "message"; at?: number; message: Message }
  | { type: "thread"; at?: number; asked?: Asked; thread: Thread }
  | { type: "thread_deleted"; at?: number; id: Id }
  | { type: "turn"; at?: number; asked?: Asked; turn: Turn }
  | { type: "item"; at?: number; item: Item }
  | { type: "assistant"; asked?: Asked; assistant: Assistant }
  | { type: "assistant_deleted"; id: Id }
  | { type: "person"; asked?: Asked; person: Person }
  | { type: "person_removed"; id: Id }
  | { type: "members"; at?: number; thread: Id; members: Author[] }
  | { type: "queue"; at?: number; asked?: Asked; thread: Id; items: Queued[] }
  /** One that the server took or changed, and one that left; both meet the queue as it is once everything told before is in it. */
  | { type: "queued"; asked: Asked; queued: Queued }
  | { type: "unqueued"; thread: Id; id: Id }
  /** `heard` is this browser's time, so that a server whose clock is off does not make people type for ever. */
  | { type: "presence"; heard: number; presence: Presence }
  /** The stream has caught up; who is here follows anew. */
  | { type: "ready" }
  | { type: "question"; at?: number; asked?: Asked; question: Question }
  /** A list without a position; `since` is what had been seen when it was asked for. */
  | { type: "questions"; since: Since; items: Question[] }
  | { type: "steer"; at?: number; asked?: Asked; steer: Steer }
  | { type: "delta"; delta: Delta }
  | { type: "reset"; thread?: Id }
  | { type: "link"; link: LinkState }
  | { type: "session"; session: Session | null }
  | { type: "people"; since: Since; people: Person[] }
  | { type: "assistants"; since: Since; assistants: Assistant[] }
  | { type: "thread_list"; page: Page<Thread>; of: "threads" | "archive" }
  /** `what` the page is: the newest one, one that goes on at either side of what is shown, or one around a message. */
  | { type: "thread_page"; thread: Id; page: MessagePage; what: "newest" | "older" | "newer" | "around" }
  /** Of a list of turns across threads. */
  | { type: "turn_page"; of: TurnsOf; page: TurnPage }
  /** The person has seen everything up to here. */
  | { type: "read"; thread: Id; seq: number }
  | { type: "turn_items"; turn: Id; page: TurnItems }
  /** A fresh snapshot after a reset: what it does not hold is gone. */
  | {
    type: "fresh"; list: Page<Thread>; questions?: Question[];
    open: { thread: Thread; asked: Asked; page: MessagePage; items: { turn: Id; page: TurnItems }[] } | null;
  }
  | { type: "posting"; pending: Pending }
  | { type: "posted"; client_id: string; message: Message }
  | { type: "not_posted"; client_id: string; refused: boolean; reason: string }
  | { type: "unpost"; client_id: string }
  | { type: "backend"; asked?: Asked; backend: Backend }
  | { type: "backends"; since: Since; items: Backend[] }
  | { type: "folders"; folders: string[] }
  | { type: "beginning"; beginning: Beginning }
  | { type: "fetching" }
  | { type: "prefill"; place: Place; text: string }
  | { type: "prefill_taken"; place: Place }
  | { type: "upload"; place: Place; upload: Upload }
  | { type: "upload_progress"; place: Place; key: string; progress: number }
  | { type: "upload_done"; place: Place; key: string; attachment: Attachment }
  | { type: "upload_failed"; place: Place; key: string; reason: string }
  | { type: "upload_removed"; place: Place; key: string }
  /** The message they belong to is on its way. */
  | { type: "uploads_taken"; place: Place }
  | { type: "search_asked"; query: string; thread: Id | null }
  | { type: "search_found"; query: string; thread: Id | null; page: Page<Hit>; more: boolean }
  | { type: "search_failed"; query: string; thread: Id | null; reason: string }
  | { type: "search_closed" };

/**
 * The same changes with the deltas of one item made one where each goes on where the last ended: a burst of thousands then
 * costs one copy of what it goes into. Deltas of different items do not meet, so only other changes keep their place among them.
 */
export function joined(changes: Change[]): Change[] {
  if (changes.length < 2) return changes;
  const out: Change[] = [];
  let growing = new Map<Id, { delta: Delta; end: number; texts: string[] }>();
  const settle = () => {
    for (const { delta, texts } of growing.values()) delta.text = texts.join("");
    growing = new Map();
  };
  for (const change of changes) {
    if (change.type !== "delta") {
      settle();
      out.push(change);
      continue;
    }
    const { delta } = change;
    const end = delta.offset + utf8Length(delta.text);
    const last = growing.get(delta.item_id);
    if (last && last.end === delta.offset) {
      last.texts.push(delta.text);
      last.end = end;
      continue;
    }
    if (last) last.delta.text = last.texts.join("");
    const own = { ...delta };
    growing.set(delta.item_id, { delta: own, end, texts: [delta.text] });
    out.push({ type: "delta", delta: own });
  }
  settle();
  return out;
}

/** The part of `EPOCH.POS` that orders; the epoch changes only together with a reset. */
export function posNumber(pos: Pos | undefined): number | undefined {
  if (!pos) return undefined;
  const at = Number(pos.slice(pos.lastIndexOf(".") + 1));
  return Number.isFinite(at) ? at : undefined;
}

/** Null for what this page does not know: a newer server may say more than an older page understands. */
export function changeOf(frame: Frame, now: number): Change | null {
  let data: unknown;
  try {
    data = JSON.parse(frame.data);
  } catch {
    return null;
  }
  const pos = posNumber(frame.id);
  const at = pos === undefined ? {} : { at: pos };
  switch (frame.event) {
    case "message": return { type: "message", ...at, message: data as Message };
    case "thread": {
      const thread = data as Thread & { deleted?: boolean };
      return thread.deleted ? { type: "thread_deleted", ...at, id: thread.id } : { type: "thread", ...at, thread };
    }
    case "turn": return { type: "turn", ...at, turn: data as Turn };
    case "item": return { type: "item", ...at, item: data as Item };
    case "assistant": {
      const assistant = data as Assistant & { deleted?: boolean };
      return assistant.deleted ? { type: "assistant_deleted", id: assistant.id } : { type: "assistant", assistant };
    }
    case "person": {
      const person = data as Person & { removed?: boolean };
      return person.removed ? { type: "person_removed", id: person.id } : { type: "person", person };
    }
    case "members": {
      const { thread_id, members } = data as { thread_id: Id; members: Author[] };
      return { type: "members", ...at, thread: thread_id, members };
    }
    case "queue": {
      const { thread_id, items } = data as { thread_id: Id; items: Queued[] };
      return { type: "queue", ...at, thread: thread_id, items };
    }
    case "presence": return { type: "presence", heard: now, presence: data as Presence };
    case "ready": return { type: "ready" };
    case "approval": return { type: "question", ...at, question: data as Question };
    case "backend": return { type: "backend", backend: data as Backend };
    case "steer": return { type: "steer", ...at, steer: data as Steer };
    case "delta": return { type: "delta", delta: data as Delta };
    case "reset": {
      const { thread_id } = data as { thread_id?: Id };
      return thread_id ? { type: "reset", thread: thread_id } : { type: "reset" };
    }
    default: return null;
  }
}
