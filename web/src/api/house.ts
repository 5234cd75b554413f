/** The requests of the settings: people, assistants, tokens, audit. One function per request; keeps no state. */
import { call, part, query } from "./client";
import type { Assistant, Author, Id, Millis, Page, Person } from "./types";

/** Somebody as admins see them: whoever has never signed in is marked. */
export type Managed = Person & { invited?: boolean };
export type Role = Person["role"];
/** Good for one sign-in; shown once. */
export interface Invitation { link: string; expires_at: Millis }

export type Access = Assistant["access"];
/** How long an answer may take, in seconds: a mention in a thread, a message to it alone, and silence. Null is the default. */
export interface Limits { mention_s: number | null; direct_s: number | null; idle_s: number | null }
/** What the owner and the admins see beside what everyone sees. */
export type Kept = Assistant & { client_id?: string; people?: Author[] | null; limits?: Limits };
export interface AssistantPatch { enabled?: boolean; access?: Access; people?: Id[]; limits?: Limits }
/** One that can be registered here. */
export interface Available { backend: string; handle: string; name: string; account: string; note: string }
/** Shown once. */
export interface Credentials { client_id: string; client_secret: string }

export interface TokenRow { id: Id; name: string; created_at: Millis; last_used_at: Millis | null }
export interface TokenMade { id: Id; name: string; token: string }

export interface AuditEntry { id: Id; at: Millis; actor: Author | null; whom: Author | null; action: string; object: string; detail: string }
export interface AuditAsk { limit?: number; before?: string; action?: string; person?: Id }

/** How the server is, as it looked at itself. Members are told of the assistants they may mention only. */
export interface Report { ok: boolean; checked_at: Millis; checks: Finding[]; settings: Setting[] }
export interface Finding {
  code: string;
  group: "server" | "storage" | "people" | "assistants" | "turns";
  state: "ok" | "warning" | "failed" | "off";
  title: string;
  said: string;
  fix: string | null;
  /** The code with which a turn fails for this reason. */
  outcome: string | null;
  assistant: string | null;
}
/** A setting and where its value comes from: a default, a flag, a variable or a file. */
export interface Setting { name: string; value: string | null; origin: string }

const person = (id: Id) => `/api/people/${part(id)}`;
const assistant = (id: Id) => `/api/assistants/${part(id)}`;

export const house = {
  people: () => call<Page<Managed>>("GET", "/api/people"),
  invite: (body: { name: string; handle?: string; role: Role; client_id: string }) => call<Invitation & { person: Managed }>("POST", "/api/people", body),
  newLink: (id: Id) => call<Invitation>("POST", `${person(id)}/link`),
  changePerson: (id: Id, body: { name?: string; handle?: string; role?: Role }) => call<Managed>("PATCH", person(id), body),
  removePerson: (id: Id) => call<void>("DELETE", person(id)),

  available: () => call<Page<Available>>("GET", "/api/assistants/available"),
  addAssistant: (handle: string) => call<Kept & Credentials>("POST", "/api/assistants", { handle }),
  changeAssistant: (id: Id, body: AssistantPatch) => call<Kept>("PATCH", assistant(id), body),
  rotate: (id: Id) => call<Credentials>("POST", `${assistant(id)}/rotate`),
  removeAssistant: (id: Id) => call<void>("DELETE", assistant(id)),

  tokens: () => call<Page<TokenRow>>("GET", "/api/tokens"),
  makeToken: (name: string, client_id: string) => call<TokenMade>("POST", "/api/tokens", { name, client_id }),
  revokeToken: (id: Id) => call<void>("DELETE", `/api/tokens/${part(id)}`),

  health: () => call<Report>("GET", "/api/doctor"),
  audit: (ask: AuditAsk) => call<Page<AuditEntry>>("GET", `/api/audit${query({ ...ask })}`),
};
