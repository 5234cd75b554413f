/** What the page knows, as plain data. Owns shapes only: `reduce` changes it, `view` reads it, `sync` fills it. */
import type { LinkState } from "../api/stream";
import type { Assistant, Attachment, Backend, Delta, Hit, Id, Item, Message, ModelGroup, Person, Question, Queued, Session, Steer, Thread, ThreadSettings, Turn } from "../api/types";
import type { About, TurnList } from "./turn-list";

/** An item and how many UTF-8 bytes of its text are here, the measure that deltas use. */
export interface HeldItem extends Item { bytes: number }

/** A message that the server has not confirmed. It is drawn at once, and kept with its reason when it could not be sent. */
export interface Pending {
  /** Said in the thread, or to wait in the person's queue. */
  kind: "post" | "queue";
  client_id: string;
  thread_id: Id;
  text: string;
  attachments: Attachment[];
  created_at: number;
  state: "sending" | "failed";
  /** The server has it not and will not take it as it is; else it may have arrived. */
  refused: boolean;
  reason: string | null;
}

/**
 * Which part of a thread is shown: its end, or after a jump a stretch in the middle of it. Messages outside of it may be held
 * too, but there are gaps between.
 */
export interface ThreadPage {
  /** The cursor of the next older page; null when the first message is here. */
  older: string | null;
  /** The cursor of the next newer page; null when the stretch reaches the end. */
  newer: string | null;
  /** The first sequence number of the stretch. */
  from: number;
  /** The last one; null when it reaches the end, whatever comes there. */
  to: number | null;
}

/** Where a person is, as the stream last said. `typingUntil` is in this browser's own time: clocks differ. */
export interface Whereabouts { thread: Id | null; typingUntil: number }

/** What is being written: in a thread, or `new` for one that is not started yet. */
export type Place = Id | "new";

/** A file on its way to the server, or there and waiting for the message it belongs to. */
export interface Upload {
  key: string;
  name: string;
  size: number;
  state: "uploading" | "done" | "failed";
  /** 0 to 1. */
  progress: number;
  attachment: Attachment | null;
  reason: string | null;
}

/** What was searched for, and what was found so far. */
export interface Search {
  query: string;
  /** Null for all threads. */
  thread: Id | null;
  state: "asking" | "here" | "failed";
  hits: Hit[];
  next: string | null;
  reason: string | null;
}

/** What the reducer cannot know by itself and asks its surroundings to fetch. */
export interface Wants {
  everything: boolean;
  threads: Id[];
  turns: Id[];
}

/** A thread that is not started yet: the assistant that shall answer every message, and what was chosen for it. */
export interface Beginning {
  direct: Id | null;
  /** Everyone will see it, unless it is direct. */
  open?: boolean;
  settings: Partial<ThreadSettings>;
}
export const beginsOpen = ({ direct, open }: Beginning): boolean => open === true && direct === null;
export const noBeginning: Beginning = { direct: null, settings: {} };

export interface State {
  session: Session | null;
  link: LinkState;
  assistants: Record<Id, Assistant>;
  people: Record<Id, Person>;
  threads: Record<Id, Thread>;
  /** Null until the first list is here; then the cursor of the next older one. */
  list: { older: string | null } | null;
  /** The same for the archived ones, which are listed only when somebody looks. */
  archive: { older: string | null } | null;
  /** Present for every thread whose newest messages are here. */
  pages: Record<Id, ThreadPage>;
  messages: Record<Id, Record<Id, Message>>;
  turns: Record<Id, Turn>;
  /** By turn, then by item. A turn without an entry has not been asked for. */
  items: Record<Id, Record<Id, HeldItem>>;
  /** Deltas that came before the text they follow, by item. */
  ahead: Record<Id, Delta[]>;
  outbox: Pending[];
  /** The person's own queue, by thread; present once it was asked for. */
  queues: Record<Id, Queued[]>;
  /** Files of a message that is being written, by where. */
  uploads: Record<Place, Upload[]>;
  /** Text handed to a composer from outside, such as a mention from a link; gone once it was taken. */
  prefills: Record<Place, string>;
  /** Everybody who is here now, the person in other places too. */
  presence: Record<Id, Whereabouts>;
  /** Questions that a turn has asked, by id. */
  questions: Record<Id, Question>;
  /** Words sent into turns that run, by id. */
  steers: Record<Id, Steer>;
  /** Lists of turns across threads, by which they are; present once asked for. */
  turnLists: Record<string, TurnList>;
  /** What turns are about, as those lists said. */
  about: Record<Id, About>;
  search: Search | null;
  /** The ways to reach models; null until they are known. */
  backends: Record<Id, Backend> | null;
  /** What can be chosen: follows from the backends and the assistants. */
  models: ModelGroup[] | null;
  /** Folders in which assistants may work; null until somebody asks. */
  folders: string[] | null;
  beginning: Beginning;
  /** The newest position seen of each `kind:id`, so that an older copy never wins. */
  seen: Record<string, number>;
  wants: Wants;
}

export const nothingWanted: Wants = { everything: false, threads: [], turns: [] };

export function emptyState(): State {
  return {
    session: null, link: { is: "connecting" }, assistants: {}, people: {}, threads: {}, list: null, archive: null, pages: {}, messages: {},
    turns: {}, items: {}, ahead: {}, outbox: [], queues: {}, uploads: {}, prefills: {}, presence: {}, questions: {}, steers: {}, turnLists: {}, about: {}, search: null,
    backends: null, models: null, folders: null, beginning: noBeginning, seen: {}, wants: nothingWanted,
  };
}

export const turnIsOpen = (turn: Pick<Turn, "state">) =>
  turn.state === "queued" || turn.state === "running" || turn.state === "waiting_approval";
