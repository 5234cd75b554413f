/** The words of the wire, as the server writes them. Owns no behaviour. Times are milliseconds since the epoch, ids are UUIDv7. */

export type Id = string;
export type Millis = number;
/** `EPOCH.POS`: a place in the changes feed of one database. */
export type Pos = string;

export interface Person { id: Id; handle: string; name: string; role: "admin" | "member" }
export interface Author { id: Id; handle: string; name: string }

export interface Session {
  person: Person;
  workspace: { name: string };
  demo: boolean;
  version: string;
}

export interface SessionRow { id: Id; created_at: Millis; last_seen_at: Millis; user_agent: string | null; current: boolean }

export type AssistantState =
  | "ready" | "disabled" | "not_installed" | "not_signed_in" | "api_key_login" | "unavailable" | "not_allowed";

export interface Assistant {
  id: Id;
  handle: string;
  name: string;
  backend: string;
  enabled: boolean;
  access: "owner" | "named" | "everyone";
  owner: Author;
  runs_on: string | null;
  usable: boolean;
  state: AssistantState;
  code: string | null;
  message: string | null;
  hint: string | null;
  capabilities: string[];
  note: string | null;
}

export type ThreadState = "idle" | "running" | "needs_you" | "failed";

export interface Thread {
  id: Id;
  title: string;
  visibility: "private" | "open";
  assistant_id: Id | null;
  created_by: Id;
  created_at: Millis;
  last_message_at: Millis;
  last_seq: number;
  archived_at: Millis | null;
  state: ThreadState;
  last: { author_handle: string; text: string } | null;
  members?: Author[];
}

export interface Mention { offset: number; length: number; assistant_id: Id | null; handle: string }

export interface Message {
  id: Id;
  thread_id: Id;
  seq: number;
  role: "user" | "assistant";
  author: Author;
  text: string;
  turn_id?: Id | null;
  created_at: Millis;
  client_id?: string | null;
  mentions: Mention[];
}

export type TurnState =
  | "queued" | "running" | "waiting_approval" | "done" | "failed" | "cancelled" | "abandoned";

export interface TurnError { code: string; message: string; hint: string | null; detail: string | null; retry_at: Millis | null }

export interface Turn {
  id: Id;
  thread_id: Id;
  message_id: Id;
  assistant: Id;
  person: Id;
  attempt: number;
  state: TurnState;
  stop_wanted: boolean;
  runs_on: string | null;
  queued_at: Millis;
  started_at: Millis | null;
  ended_at: Millis | null;
  reply_id: Id | null;
  position: number | null;
  error: TurnError | null;
}

export type ItemKind =
  | "text" | "reasoning" | "command" | "file_change" | "tool_call" | "web_search" | "plan" | "notice" | "other";
export type ItemStatus = "open" | "done" | "failed" | "declined" | "cut";

export interface Item {
  id: Id;
  turn_id: Id;
  thread_id: Id;
  seq: number;
  kind: ItemKind;
  status: ItemStatus;
  text: string;
  started_at: Millis;
  ended_at: Millis | null;
  command?: string | null;
  cwd?: string | null;
  exit_code?: number | null;
  changes?: { path: string; change: string; diff: string | null }[] | null;
  server?: string | null;
  tool?: string | null;
  arguments?: unknown;
  query?: string | null;
  steps?: { text: string; done: boolean }[] | null;
  source_kind?: string | null;
}

export interface Delta { thread_id: Id; turn_id: Id; item_id: Id; offset: number; text: string }

export interface Check { code: string; status: "ok" | "warn" | "fail"; title: string; detail: string; fix: string | null }

export interface Page<T> { items: T[]; next?: string | null; pos?: Pos }
export interface MessagePage extends Page<Message> { turns: Turn[] }
export interface Posted { message: Message; turns: { id: Id; assistant: Id; state: TurnState }[] }

/** One event of `GET /api/events`, still as it came: `id` is absent on deltas and on items sent while connecting. */
export interface Frame { id?: Pos | undefined; event: string; data: string }
