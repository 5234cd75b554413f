/** The requests of the settings: people, assistants, tokens, audit. One function per request; keeps no state. */
import { call, part, query } from "./client";
import type { components } from "./generated";
import type { Assistant, Id, Page, Person, Said } from "./types";

type Wire = components["schemas"];

/** Somebody as admins see them: whoever has never signed in is marked. */
export type Managed = Person & { invited?: boolean };
export type Role = Person["role"];
/** Good for one sign-in; shown once. */
export type Invitation = Wire["PersonLink"];

export type Access = Assistant["access"];
/** How long an answer may take, in seconds: a mention in a thread, a message to it alone, and silence. Null is the default. */
export type Limits = Said<Wire["AssistantLimits"]>;
export interface AssistantPatch { enabled?: boolean; access?: Access; people?: Id[]; limits?: Limits }
/** One that can be registered here. */
export type Available = Wire["AvailableAssistant"];
/** Shown once. */
export type Credentials = Wire["ClientPair"];

export type TokenRow = Said<Wire["Token"]>;
export type TokenMade = Wire["TokenMade"];

export type AuditEntry = Said<Wire["AuditEntry"]>;
export interface AuditAsk { limit?: number; before?: string; action?: string; person?: Id }

/** How the server is, as it looked at itself. Members are told of the assistants they may mention only. */
export type Report = Said<Wire["Doctor"]>;
export type Finding = Said<Wire["Check"]>;
/** A setting and where its value comes from: a default, a flag, a variable or a file. */
export type Setting = Said<Wire["Setting"]>;

const person = (id: Id) => `/api/people/${part(id)}`;
const assistant = (id: Id) => `/api/assistants/${part(id)}`;

export const house = {
  people: () => call<Page<Managed>>("GET", "/api/people"),
  invite: (body: { name: string; handle?: string; role: Role; client_id: string }) => call<Invitation & { person: Managed }>("POST", "/api/people", body),
  newLink: (id: Id) => call<Invitation>("POST", `${person(id)}/link`),
  changePerson: (id: Id, body: { name?: string; handle?: string; role?: Role }) => call<Managed>("PATCH", person(id), body),
  removePerson: (id: Id) => call<void>("DELETE", person(id)),

  available: () => call<Page<Available>>("GET", "/api/assistants/available"),
  addAssistant: (handle: string) => call<Assistant & Credentials>("POST", "/api/assistants", { handle }),
  changeAssistant: (id: Id, body: AssistantPatch) => call<Assistant>("PATCH", assistant(id), body),
  rotate: (id: Id) => call<Credentials>("POST", `${assistant(id)}/rotate`),
  removeAssistant: (id: Id) => call<void>("DELETE", assistant(id)),

  tokens: () => call<Page<TokenRow>>("GET", "/api/tokens"),
  makeToken: (name: string, client_id: string) => call<TokenMade>("POST", "/api/tokens", { name, client_id }),
  revokeToken: (id: Id) => call<void>("DELETE", `/api/tokens/${part(id)}`),

  health: () => call<Report>("GET", "/api/doctor"),
  audit: (ask: AuditAsk) => call<Page<AuditEntry>>("GET", `/api/audit${query({ ...ask })}`),
};
