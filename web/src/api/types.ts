/**
 * The shapes of the wire under the names the page uses. They come from `generated.ts`; this file only says what the
 * description cannot: that the server writes null where a value is absent. Times are milliseconds since the epoch.
 */
import type { components } from "./generated";

type Wire = components["schemas"];

/** Every field is there, null where it has no value: the description calls those optional. */
export type Said<T> = T extends (infer U)[] ? Said<U>[] : T extends object ? { [K in keyof T]-?: Said<Exclude<T[K], undefined>> } : T;

export type Id = string;
export type Millis = number;
/** `EPOCH.POS`: a place in the changes feed of one database. */
export type Pos = string;

export type Person = Said<Wire["Person"]>;
export type Author = Said<Wire["Author"]>;
/** Who is signed in here, and where. */
export type Session = Said<Wire["Me"]>;
export type SessionRow = Said<Wire["Session"]>;
export type Assistant = Said<Wire["Assistant"]>;
export type AssistantState = Wire["AssistantState"];
/** Members come with a thread that is read by itself, not with those of lists and events. */
export type Thread = Said<Wire["Thread"]> & { members?: Author[] };
export type Mention = Said<Wire["Mention"]>;
/** The client id is on one's own messages only, the time of an edit on edited ones. */
export type Message = Said<Omit<Wire["Message"], "client_id" | "edited_at">> & Pick<Wire["Message"], "client_id" | "edited_at">;
/** A file that was handed in, on its way to a message or with it. */
export type Attachment = Said<Wire["Attachment"]>;
export type AttachmentKind = Wire["AttachmentKind"];
/** A message that waits until the caller's turns in this thread have ended. */
export type Queued = Said<Wire["Queued"]>;
/** A thread, or a message in one, that has what was searched for. */
export type Hit = Said<Wire["Hit"]>;
export type Turn = Said<Wire["Turn"]>;
/** A turn in the list of all, with what it is about. */
export interface TurnRow { turn: Turn; title: string; seq: number; words: string }
export type TurnPage = Page<TurnRow>;
export type TurnState = Wire["TurnState"];
export type Usage = Said<Wire["Usage"]>;
export type TurnError = Said<Wire["TurnError"]>;
export type ItemKind = Wire["ItemKind"];
export type ItemStatus = Wire["ItemStatus"];
type OfEveryItem = "id" | "turn_id" | "thread_id" | "seq" | "kind" | "status" | "text" | "started_at" | "ended_at";
/** What an item has beside the common fields depends on its kind. */
export type Item = Said<Pick<Wire["Item"], OfEveryItem>> & Omit<Wire["Item"], OfEveryItem>;
export type FileChange = Wire["FileChange"];
export type Delta = Wire["Delta"];
/** What an assistant asks of the person whose turn it is. The body depends on the kind, and is shown exactly. */
export type Question = Said<Omit<Wire["Question"], "body">> & { body: unknown };
/** Words sent into a turn that runs. */
export type Steer = Said<Wire["Steer"]>;
/** What a fork carries over: a copy, which follows nothing that happens to its source. */
export type Carried = Said<Wire["Carried"]>;
export type Posted = Said<Wire["Posted"]>;

export interface Page<T> { items: T[]; next?: string | null; pos?: Pos }
/** What a turn did; pages from tests and older servers may lack what it asked and what it was told. */
export interface TurnItems extends Page<Item> { questions?: Question[]; steers?: Steer[] }
/** `newer` is there on a page around a message only: the cursor of what comes after it, null at the end. */
export interface MessagePage extends Page<Message> { turns: Turn[]; newer?: string | null }

/** Who is here, where, and whether they write. Never stored. */
export type Presence = Said<Wire["Presence"]>;

/** How assistants work in a thread. */
export type ThreadSettings = Said<Wire["ThreadSettings"]>;
export type Permission = Wire["Permission"];
export type Network = Wire["Network"];
export type Model = Said<Wire["Model"]>;
/** The models that one account reaches, for choosing. */
export type ModelGroup = Said<Wire["ModelGroup"]>;
export type Limit = Said<Wire["Limit"]>;
export type Backend = Said<Omit<Wire["Backend"], "login">> & { login: Login | null };
export type Backends = { items: Backend[]; switches: Wire["BackendSwitches"] };
export type ThreadsBehind = Said<Wire["ThreadsBehind"]>;
export type BackendPatch = Partial<Wire["BackendPatch"]>;
export type BackendState = Wire["BackendState"];
export type CapabilityRow = Said<Wire["CapabilityRow"]>;
/** `same_machine` says whether this browser runs where the server does, so that it is sent back there by itself. */
export type Login = Said<Wire["Login"]> & { same_machine?: boolean };
export type LoginMethod = Wire["LoginMethod"];

/** An MCP server that the caller gives an assistant. */
export type McpServer = Said<Omit<Wire["McpServer"], "login">> & { login: Login | null };
export type McpTool = Said<Wire["McpTool"]>;
export type McpState = Wire["McpState"];
/** What is left out of how a server is reached has its default. */
export type McpTransport = Wire["McpTransport"];

/** What is left out has its default, or stays. */
export type NewThread = Partial<Omit<Wire["NewThread"], "settings">> & { settings?: Partial<ThreadSettings> };
export type ThreadPatch = Partial<Omit<Wire["ThreadPatch"], "settings">> & { settings?: Partial<ThreadSettings> };
export type NewMessage = Wire["NewMessage"];

/** One event of `GET /api/events`, still as it came: `id` is absent on deltas and on items sent while connecting. */
export interface Frame { id?: Pos | undefined; event: string; data: string }
