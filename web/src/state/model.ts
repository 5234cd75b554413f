/** What the page knows, as plain data. Owns shapes only: `reduce` changes it, `view` reads it, `sync` fills it. */
import type { LinkState } from "../api/stream";
import type { Assistant, Delta, Id, Item, Message, Person, Session, Thread, Turn } from "../api/types";

/** An item and how many UTF-8 bytes of its text are here, the measure that deltas use. */
export interface HeldItem extends Item { bytes: number }

/** A message that the server has not confirmed. It is drawn at once, and kept with its reason when it could not be sent. */
export interface Pending {
  client_id: string;
  thread_id: Id;
  text: string;
  created_at: number;
  state: "sending" | "failed";
  reason: string | null;
}

export interface ThreadPage {
  /** The cursor of the next older page; null when the first message is here. */
  older: string | null;
}

/** What the reducer cannot know by itself and asks its surroundings to fetch. */
export interface Wants {
  everything: boolean;
  threads: Id[];
  turns: Id[];
}

export interface State {
  session: Session | null;
  link: LinkState;
  assistants: Record<Id, Assistant>;
  people: Record<Id, Person>;
  threads: Record<Id, Thread>;
  /** Null until the first list is here; then the cursor of the next older one. */
  list: { older: string | null } | null;
  /** Present for every thread whose newest messages are here. */
  pages: Record<Id, ThreadPage>;
  messages: Record<Id, Record<Id, Message>>;
  turns: Record<Id, Turn>;
  /** By turn, then by item. A turn without an entry has not been asked for. */
  items: Record<Id, Record<Id, HeldItem>>;
  /** Deltas that came before the text they follow, by item. */
  ahead: Record<Id, Delta[]>;
  outbox: Pending[];
  /** The newest position seen of each `kind:id`, so that an older copy never wins. */
  seen: Record<string, number>;
  wants: Wants;
}

export const nothingWanted: Wants = { everything: false, threads: [], turns: [] };

export function emptyState(): State {
  return {
    session: null, link: { is: "connecting" }, assistants: {}, people: {}, threads: {}, list: null, pages: {}, messages: {},
    turns: {}, items: {}, ahead: {}, outbox: [], seen: {}, wants: nothingWanted,
  };
}

export const turnIsOpen = (turn: Pick<Turn, "state">) =>
  turn.state === "queued" || turn.state === "running" || turn.state === "waiting_approval";
