/** One function per request. Owns how a request is sent and how a refusal becomes a `Problem`; keeps no state. */
import type {
  Assistant, Check, Id, Item, MessagePage, NewMessage, NewThread, Page, Person, Posted, Session, SessionRow, Thread, ThreadPatch, Turn,
} from "./types";

/** A refusal in the server's own words (RFC 9457), or the lack of any answer (`offline`). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly requestId: string | null = null,
  ) {
    super(message);
  }
}

/** Called once whenever the server says that nobody is signed in here. */
let onSignedOut = () => {};
export function whenSignedOut(call: () => void) {
  onSignedOut = call;
}

export async function problemOf(reply: Response): Promise<Problem> {
  const body = await reply.json().catch(() => null) as Record<string, unknown> | null;
  const word = (key: string) => (typeof body?.[key] === "string" ? body[key] : null);
  return new Problem(
    reply.status,
    word("code") ?? `http_${reply.status}`,
    word("detail") ?? word("title") ?? `the server answered ${reply.status}`,
    word("hint"),
    word("request_id") ?? reply.headers.get("x-request-id"),
  );
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, credentials: "same-origin", headers: { accept: "application/json" } };
  if (body !== undefined) {
    init.headers = { ...init.headers, "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let reply: Response;
  try {
    reply = await fetch(path, init);
  } catch {
    throw new Problem(0, "offline", "the server cannot be reached");
  }
  if (!reply.ok) {
    const problem = await problemOf(reply);
    if (problem.status === 401) onSignedOut();
    throw problem;
  }
  return (reply.status === 204 ? undefined : await reply.json()) as T;
}

const part = encodeURIComponent;
const query = (values: Record<string, string | number | boolean | null | undefined>) => {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return set.length ? `?${new URLSearchParams(set.map(([k, v]) => [k, String(v)]))}` : "";
};

export const api = {
  session: () => call<Session>("GET", "/api/session"),
  signIn: (secret: string) => call<Session>("POST", "/api/session", { secret }),
  signOut: () => call<void>("DELETE", "/api/session"),
  sessions: () => call<Page<SessionRow>>("GET", "/api/sessions"),
  revokeSession: (id: Id) => call<void>("DELETE", `/api/sessions/${part(id)}`),

  people: () => call<Page<Person>>("GET", "/api/people"),
  assistants: () => call<Page<Assistant>>("GET", "/api/assistants"),
  doctor: () => call<{ checks: Check[] }>("GET", "/api/doctor"),

  threads: (ask: { archived?: boolean; before?: string; limit?: number } = {}) =>
    call<Page<Thread>>("GET", `/api/threads${query(ask)}`),
  thread: (id: Id) => call<Thread>("GET", `/api/threads/${part(id)}`),
  createThread: (body: NewThread) =>
    call<Thread>("POST", "/api/threads", body),
  changeThread: (id: Id, body: ThreadPatch) =>
    call<Thread>("PATCH", `/api/threads/${part(id)}`, body),
  deleteThread: (id: Id) => call<void>("DELETE", `/api/threads/${part(id)}`),

  messages: (thread: Id, ask: { before?: string; limit?: number } = {}) =>
    call<MessagePage>("GET", `/api/threads/${part(thread)}/messages${query(ask)}`),
  post: (thread: Id, body: NewMessage) =>
    call<Posted>("POST", `/api/threads/${part(thread)}/messages`, body),

  turnItems: (id: Id) => call<Page<Item>>("GET", `/api/turns/${part(id)}/items`),
  cancelTurn: (id: Id) => call<Turn>("POST", `/api/turns/${part(id)}/cancel`),
  retryTurn: (id: Id) => call<Turn>("POST", `/api/turns/${part(id)}/retry`),
};

