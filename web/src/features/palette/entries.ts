/** What the palette offers for what is typed: commands, threads, messages. Pure; owns the order and what counts as fitting. */
import type { Hit, Id, Millis, Thread } from "../../api/types";
import type { Search } from "../../state/model";
import type { LampKind } from "../../state/words";
import type { IconName } from "../../ui/Icon";

/** Something to do. `words` are found too, but not shown. */
export interface Command { id: string; label: string; icon: IconName; keys?: string; words?: string; act: () => void }

export type Entry =
  | { is: "command"; key: string; command: Command }
  | { is: "thread"; key: string; id: Id; title: string; when: Millis | null; lamp: LampKind }
  | { is: "message"; key: string; hit: Hit & { message: NonNullable<Hit["message"]> } };

export interface Group { name: string; entries: Entry[] }

export interface Asked {
  typed: string;
  commands: Command[];
  /** The threads that are here, newest first, with their lamps. */
  threads: { thread: Thread; lamp: LampKind }[];
  search: Search | null;
  /** Only the messages of this thread. */
  within: Id | null;
  /** The thread that is open; nobody wants to go where they are. */
  current: Id | null;
}

const RECENT = 6;
const MOST_THREADS = 8;

const wordsOf = (text: string) => text.toLocaleLowerCase().normalize("NFD").replace(/\p{M}/gu, "").split(/[\s,.:@()]+/).filter(Boolean);

/** Every word typed begins a word of the text. */
export function fits(typed: string, text: string): boolean {
  const words = wordsOf(text);
  return wordsOf(typed).every((part) => words.some((word) => word.startsWith(part)));
}

export function groupsFor({ typed, commands, threads, search, within, current }: Asked): Group[] {
  const asked = typed.trim();
  const hits = asked && search?.thread === within ? search.hits : [];
  const messages = { name: within ? "In this thread" : "Messages", entries: hits.flatMap(messageEntry) };
  if (within) return some([messages]);
  const offered = commands.filter((command) => fits(asked, `${command.label} ${command.words ?? ""}`));
  return some([
    { name: "Threads", entries: threadEntries(asked, asked ? threads : threads.filter(({ thread }) => thread.id !== current), hits) },
    { name: "Commands", entries: offered.map((command) => ({ is: "command", key: `command-${command.id}`, command })) },
    messages,
  ]);
}

const some = (groups: Group[]) => groups.filter((group) => group.entries.length > 0);

const messageEntry = (hit: Hit): Entry[] => (hit.message ? [{ is: "message", key: `message-${hit.message.id}`, hit: { ...hit, message: hit.message } }] : []);

/** Those that are here first, because they are shown at once; then what the server knows beside them. */
function threadEntries(asked: string, threads: Asked["threads"], hits: Hit[]): Entry[] {
  const here = threads
    .filter(({ thread }) => fits(asked, thread.title || "New thread"))
    .slice(0, asked ? MOST_THREADS : RECENT)
    .map(({ thread, lamp }): Entry => ({
      is: "thread", key: `thread-${thread.id}`, id: thread.id, title: thread.title || "New thread", when: thread.last_message_at, lamp,
    }));
  const shown = new Set(here.map((entry) => entry.key));
  const found = hits.filter((hit) => hit.message === null).map(({ thread }): Entry => (
    { is: "thread", key: `thread-${thread.id}`, id: thread.id, title: thread.title || "New thread", when: null, lamp: "none" }
  ));
  return [...here, ...found.filter((entry) => !shown.has(entry.key))];
}
