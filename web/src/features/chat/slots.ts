/** What the chat leaves to other features and the app hands in. Owns shapes only. */
import type { ReactNode } from "react";
import type { Attachment, Id } from "../../api/types";

/** What a person wrote and is about to send. */
export interface Words { text: string; attachments: Attachment[] }

/** The place where a message is written; in a thread it posts, queues and stops by itself. */
export interface ComposerSlot {
  thread: Id | null;
  placeholder: string;
  /** Text to start with where there is no draft, such as a mention from a link. */
  prefill: string | null;
  /** Sends the first words of a thread that does not exist yet; false when they were not taken and must stay. */
  onSend?: (words: Words) => Promise<boolean>;
  /** Chips that say whom and how. */
  tools?: ReactNode;
}
export type DrawComposer = (slot: ComposerSlot) => ReactNode;
/** What stands beside the log: the facts about one turn of the thread, which the address may ask for. */
export interface AsideSlot { thread: Id; asked: Id | null; place: "beside" | "over" }
export type DrawAside = (slot: AsideSlot) => ReactNode;
/** What says over the composer that decisions wait in this thread. */
export type DrawNeeds = (thread: Id) => ReactNode;
