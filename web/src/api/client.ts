/** One function per request. Owns how a request is sent and how a refusal becomes a `Problem`; keeps no state. */
import type {
  Assistant, Attachment, Author, Carried, Hit, Id, Mention, Message, MessagePage, NewMessage, NewThread, Page, Person, Posted, Question,
  Queued, Session, SessionRow, Steer, Thread, ThreadPatch, Turn, TurnItems, TurnPage,
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

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
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

export const part = encodeURIComponent;
export const query = (values: Record<string, string | number | boolean | null | undefined>) => {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return set.length ? `?${new URLSearchParams(set.map(([k, v]) => [k, String(v)]))}` : "";
};

/** One of the decisions offered, with what goes with it. */
export interface Decision { decision: string; content?: unknown; feedback?: string }

export const api = {
  session: () => call<Session>("GET", "/api/session"),
  signIn: (secret: string) => call<Session>("POST", "/api/session", { secret }),
  signOut: () => call<void>("DELETE", "/api/session"),
  sessions: () => call<Page<SessionRow>>("GET", "/api/sessions"),
  revokeSession: (id: Id) => call<void>("DELETE", `/api/sessions/${part(id)}`),

  people: () => call<Page<Person>>("GET", "/api/people"),
  assistants: () => call<Page<Assistant>>("GET", "/api/assistants"),
  /** The names in a text that mean somebody; posting it would mention exactly these. */
  mentions: (text: string) => call<{ items: Mention[] }>("POST", "/api/mentions", { text }),

  threads: (ask: { archived?: boolean; before?: string; limit?: number } = {}) =>
    call<Page<Thread>>("GET", `/api/threads${query(ask)}`),
  thread: (id: Id) => call<Thread>("GET", `/api/threads/${part(id)}`),
  createThread: (body: NewThread) =>
    call<Thread>("POST", "/api/threads", body),
  changeThread: (id: Id, body: ThreadPatch) =>
    call<Thread>("PATCH", `/api/threads/${part(id)}`, body),
  deleteThread: (id: Id) => call<void>("DELETE", `/api/threads/${part(id)}`),

  /** The folders in which assistants may work, besides a private empty one. */
  folders: () => call<{ items: string[] }>("GET", "/api/folders"),

  read: (thread: Id, seq: number) => call<Thread>("PUT", `/api/threads/${part(thread)}/read`, { seq }),
  addMember: (thread: Id, person: Id) => call<{ members: Author[] }>("POST", `/api/threads/${part(thread)}/members`, { person }),
  removeMember: (thread: Id, person: Id) => call<void>("DELETE", `/api/threads/${part(thread)}/members/${part(person)}`),
  /** An address rather than a request: the browser saves what it answers. */
  rawOf: (turn: Id) => `/api/turns/${part(turn)}/raw`,
  exportOf: (thread: Id, format: "markdown" | "json") => `/api/threads/${part(thread)}/export?format=${format}`,
  search: (ask: { q: string; limit?: number; before?: string; thread?: Id }) => call<Page<Hit>>("GET", `/api/search${query(ask)}`),
  presence: (body: { thread_id: Id | null; typing: boolean }) => call<void>("POST", "/api/presence", body),

  messages: (thread: Id, ask: { before?: string; after?: string; around?: number; limit?: number } = {}) =>
    call<MessagePage>("GET", `/api/threads/${part(thread)}/messages${query(ask)}`),
  post: (thread: Id, body: NewMessage) =>
    call<Posted>("POST", `/api/threads/${part(thread)}/messages`, body),
  /** The same client id is the same fork, or the same wish: a click that was not answered can be repeated. */
  fork: (thread: Id, body: { message: Id; client_id: string }) => call<Thread>("POST", `/api/threads/${part(thread)}/fork`, body),
  carried: (thread: Id) => call<Carried>("GET", `/api/threads/${part(thread)}/carried`),
  resend: (message: Id, body: { text: string; client_id: string }) => call<Posted>("POST", `/api/messages/${part(message)}/resend`, body),
  edit: (message: Id, text: string) => call<Message>("PATCH", `/api/messages/${part(message)}`, { text }),

  queue: (thread: Id) => call<Page<Queued>>("GET", `/api/threads/${part(thread)}/queue`),
  enqueue: (thread: Id, body: NewMessage) => call<Queued>("POST", `/api/threads/${part(thread)}/queue`, body),
  /** `before` is the entry that it goes in front of, null for the end. */
  changeQueued: (id: Id, body: { text?: string; before?: Id | null }) => call<Queued>("PATCH", `/api/queue/${part(id)}`, body),
  dropQueued: (id: Id) => call<void>("DELETE", `/api/queue/${part(id)}`),
  sendQueued: (id: Id) => call<Posted>("POST", `/api/queue/${part(id)}/send`),

  /** Into the turn that runs, instead of after it. */
  steerQueued: (id: Id) => call<Steer>("POST", `/api/queue/${part(id)}/steer`),

  approvals: (state: "open" | "settled") => call<Page<Question>>("GET", `/api/approvals${query({ state })}`),
  decide: (id: Id, body: Decision) => call<Question>("POST", `/api/approvals/${part(id)}`, body),

  attachmentOf: (id: Id) => `/api/attachments/${part(id)}`,
  dropAttachment: (id: Id) => call<void>("DELETE", `/api/attachments/${part(id)}`),

  turns: (ask: { state?: "all" | "running" | "failed"; mine?: boolean; before?: string; limit?: number } = {}) => call<TurnPage>("GET", `/api/turns${query(ask)}`),
  turnItems: (id: Id) => call<TurnItems>("GET", `/api/turns/${part(id)}/items`),
  cancelTurn: (id: Id) => call<Turn>("POST", `/api/turns/${part(id)}/cancel`),
  steer: (turn: Id, text: string) => call<Steer>("POST", `/api/turns/${part(turn)}/steer`, { text }),
  retryTurn: (id: Id) => call<Turn>("POST", `/api/turns/${part(id)}/retry`),
};

/** Uploads a file as it is. Not `fetch`, because that one cannot tell how far it has come. */
export function upload(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/attachments${query({ name: file.name })}`);
    request.responseType = "text";
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new Problem(0, "offline", "the server cannot be reached"));
    request.onabort = () => reject(new Problem(0, "cancelled", "the upload was cancelled"));
    request.onload = () => {
      const reply = new Response(request.responseText || null, { status: request.status });
      if (reply.ok) reply.json().then((body) => resolve(body as Attachment), reject);
      else {
        if (reply.status === 401) onSignedOut();
        problemOf(reply).then(reject, reject);
      }
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
