// A stand-in server for work on the page alone: the wire of docs/protocol with scripted answers, all in memory.
// `npm run build && npm run mock`, then open the link it prints. Serves dist/ with the same policy as the real server.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { script } from "./script.mjs";

const PORT = Number(process.env.PORT ?? 4747);
const DIST = new URL("../dist/", import.meta.url);
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
  + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

let count = 0;
const newId = () => `0190${String(++count).padStart(4, "0")}-0000-7000-8000-${Math.random().toString(16).slice(2, 14).padStart(12, "0")}`;
const now = () => Date.now();
const bytes = (text) => Buffer.byteLength(text);

const person = (handle, name, role) => ({ id: newId(), handle, name, role });
const mara = person("mara", "Mara Okafor", "admin");
const jonas = person("jonas", "Jonas Lindqvist", "member");
const author = ({ id, handle, name }) => ({ id, handle, name });

const assistant = (handle, name, over) => ({
  id: newId(), handle, name, backend: "codex exec", enabled: true, access: "everyone", owner: author(mara), runs_on: "Mara's ChatGPT plan",
  usable: true, state: "ready", code: null, message: null, hint: null, capabilities: ["streams", "reads_only"],
  note: "reads only, cannot write files", ...over,
});
const assistants = [
  assistant("chatgpt", "ChatGPT"),
  assistant("gemini", "Gemini", {
    backend: "gemini", state: "not_installed", usable: false, code: "not_installed", runs_on: null, note: null,
    message: "gemini is not on this machine", hint: "install it with `npm install -g @google/gemini-cli`, then look again",
  }),
  assistant("claude", "Claude", {
    backend: "claude", state: "not_signed_in", usable: false, code: "not_signed_in", runs_on: "Mara's Claude plan", note: null,
    message: "claude 2.1.328 is not signed in", hint: "run `claude login` on the server, then retry",
  }),
];
const byHandle = (handle) => assistants.find((one) => one.handle === handle);

const db = { pos: 0, log: [], threads: new Map(), messages: new Map(), turns: new Map(), items: new Map(), clients: new Map() };
const viewers = new Set();
const at = () => `mock.${db.pos}`;

function send(frame) {
  for (const viewer of viewers) viewer.write(frame);
}
function announce(event, data) {
  db.pos += 1;
  const frame = `id: ${at()}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  db.log.push({ pos: db.pos, frame });
  send(frame);
}
const say = (event, data) => send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

function putThread(thread) {
  const turns = [...db.turns.values()].filter((turn) => turn.thread_id === thread.id);
  const open = turns.some((turn) => turn.state === "queued" || turn.state === "running");
  const state = open ? "running" : turns.at(-1)?.state === "failed" ? "failed" : "idle";
  const next = { ...thread, state };
  db.threads.set(next.id, next);
  announce("thread", next);
  return next;
}

function newThread({ title, visibility = "private", assistant: picked }, by = mara) {
  const found = picked ? assistants.find((one) => one.id === picked || one.handle === picked) : undefined;
  return putThread({
    id: newId(), title: title ?? "", visibility, assistant_id: found?.id ?? null, created_by: by.id, created_at: now(), last_message_at: now(),
    last_seq: 0, archived_at: null, state: "idle", last: null, members: [author(mara), author(jonas)],
  });
}

function putMessage(thread, message) {
  const seq = db.threads.get(thread).last_seq + 1;
  const full = { id: newId(), thread_id: thread, seq, created_at: now(), mentions: [], turn_id: null, ...message };
  db.messages.set(full.id, full);
  announce("message", full);
  const held = db.threads.get(thread);
  putThread({
    ...held, title: held.title || full.text.replace(/^(@\w+\s*)+/, "").slice(0, 60), last_seq: seq, last_message_at: full.created_at,
    last: { author_handle: full.author.handle, text: full.text.slice(0, 140) },
  });
  return full;
}

function post(thread, text, by = mara, client_id = null) {
  const mentions = [...text.matchAll(/(?<![\w@`/])@(\w+)/g)].map((found) => ({
    offset: bytes(text.slice(0, found.index)), length: bytes(found[0]), handle: found[1], assistant_id: byHandle(found[1])?.id ?? null,
  }));
  const message = putMessage(thread, { role: "user", author: author(by), text, mentions, client_id });
  const direct = db.threads.get(thread).assistant_id;
  const asked = new Set([...mentions.map((mention) => mention.assistant_id), direct].filter(Boolean));
  const turns = [...asked].map((id) => newTurn(message, id, by, 1));
  return { message, turns: turns.map(({ id, assistant: of, state }) => ({ id, assistant: of, state })) };
}

function newTurn(message, assistantId, by, attempt) {
  const waiting = [...db.turns.values()].filter((t) => t.thread_id === message.thread_id && t.assistant === assistantId && (t.state === "queued" || t.state === "running"));
  const turn = {
    id: newId(), thread_id: message.thread_id, message_id: message.id, assistant: assistantId, person: by.id, attempt, state: "queued",
    stop_wanted: false, runs_on: null, queued_at: now(), started_at: null, ended_at: null, reply_id: null,
    position: waiting.length || null, error: null,
  };
  putTurn(turn);
  if (waiting.length === 0) void run(turn.id);
  return turn;
}

function putTurn(turn) {
  db.turns.set(turn.id, turn);
  announce("turn", turn);
  putThread(db.threads.get(turn.thread_id));
  return turn;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function run(id) {
  const turn = () => db.turns.get(id);
  const { assistant: of, thread_id, message_id } = turn();
  const who = assistants.find((one) => one.id === of);
  putTurn({ ...turn(), state: "running", started_at: now(), position: null, runs_on: who.runs_on });
  const question = db.messages.get(message_id).text;
  const end = (state, over = {}) => putTurn({ ...turn(), state, ended_at: now(), ...over });
  const steps = who.state === "ready" ? script(question) : [{ fail: { code: who.code, message: who.message, hint: who.hint, detail: null, retry_at: null } }];
  let seq = 0;
  let said = "";
  for (const step of steps) {
    if (step.wait) await pause(step.wait);
    if (turn().stop_wanted) break;
    if (step.fail) {
      end("failed", { error: step.fail });
      return next(thread_id, of);
    }
    if (!step.item) continue;
    let item = { id: newId(), turn_id: id, thread_id, seq: ++seq, status: "open", text: "", started_at: now(), ended_at: null, ...step.item };
    const whole = item.text;
    item.text = "";
    db.items.set(item.id, item);
    announce("item", item);
    for (let from = 0; from < whole.length && !turn().stop_wanted; from += step.piece ?? 9) {
      const text = whole.slice(from, from + (step.piece ?? 9));
      say("delta", { thread_id, turn_id: id, item_id: item.id, offset: bytes(item.text), text });
      item = { ...item, text: item.text + text };
      db.items.set(item.id, item);
      await pause(step.pace ?? 35);
    }
    if (step.hold) await pause(step.hold);
    const cut = turn().stop_wanted;
    item = { ...item, status: cut ? "cut" : step.status ?? "done", ended_at: now(), ...(cut ? {} : step.end) };
    db.items.set(item.id, item);
    announce("item", item);
    if (item.kind === "text") said = item.text;
    if (cut) break;
  }
  if (turn().stop_wanted) end("cancelled");
  else {
    const reply = putMessage(thread_id, { role: "assistant", author: author(who), text: said, turn_id: id });
    end("done", { reply_id: reply.id });
  }
  next(thread_id, of);
}

function next(thread, of) {
  const queued = [...db.turns.values()].find((turn) => turn.thread_id === thread && turn.assistant === of && turn.state === "queued");
  if (queued) void run(queued.id);
}

const problem = (status, code, detail, hint = null) => ({ status, problem: { type: "about:blank", title: code, status, code, detail, hint, request_id: newId() } });
const page = (items) => ({ body: { items, next: null, pos: at() } });
let sessions = [{ id: newId(), created_at: now() - 86_400_000, last_seen_at: now(), user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/146.0", current: true }, { id: newId(), created_at: now() - 9e8, last_seen_at: now() - 3e8, user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Safari/605", current: false }];

const routes = {
  "GET /api/session": (_, { me }) => (me ? { body: { person: me, workspace: { name: "Home" }, demo: process.env.DEMO === "1", version: "0.1.0" } } : problem(401, "unauthenticated", "nobody is signed in here")),
  "POST /api/session": ({ body }) => (body.secret === "mock" || body.secret === "jonas"
    ? { status: 201, cookie: `sb=${body.secret}; Path=/; HttpOnly; SameSite=Lax`, body: { person: body.secret === "jonas" ? jonas : mara, workspace: { name: "Home" }, demo: process.env.DEMO === "1", version: "0.1.0" } }
    : problem(410, "link_expired", "the link was used or is older than ten minutes")),
  "DELETE /api/session": () => ({ status: 204, cookie: "sb=; Path=/; Max-Age=0" }),
  "GET /api/sessions": () => page(sessions),
  "DELETE /api/sessions/:id": ({ id }) => {
    sessions = sessions.filter((one) => one.id !== id);
    return { status: 204 };
  },
  "GET /api/people": () => page([mara, jonas]),
  "GET /api/assistants": () => page(assistants),
  "GET /api/doctor": () => ({ body: { checks: [
    { code: "codex_found", status: "ok", title: "codex", detail: "0.169.0 in `/usr/local/bin/codex`", fix: null },
    { code: "sandbox_unavailable", status: "warn", title: "sandbox", detail: "unprivileged user namespaces are off", fix: "run `sysctl kernel.unprivileged_userns_clone=1`" },
    { code: "not_signed_in", status: "fail", title: "claude", detail: "no login was found", fix: "run `claude login`" },
    { code: "database_ok", status: "ok", title: "database", detail: "SQLite in `/home/mara/.local/state/switchboard/db`, 212 kB", fix: null },
  ] } }),
  "GET /api/threads": ({ query }) => page([...db.threads.values()].filter((t) => (t.archived_at !== null) === (query.get("archived") === "true"))),
  "POST /api/threads": ({ body }, { me }) => ({ status: 201, body: newThread(body, me) }),
  "GET /api/threads/:id": ({ id }) => (db.threads.has(id) ? { body: db.threads.get(id) } : problem(404, "not_found", "there is no such thread")),
  "PATCH /api/threads/:id": ({ id, body: { archived, ...rest } }) => {
    const held = db.threads.get(id);
    return { body: putThread({ ...held, ...rest, ...(archived === undefined ? {} : { archived_at: archived ? now() : null }) }) };
  },
  "DELETE /api/threads/:id": ({ id }) => {
    db.threads.delete(id);
    announce("thread", { id, deleted: true });
    return { status: 204 };
  },
  "GET /api/threads/:id/messages": ({ id }) => ({ body: {
    items: [...db.messages.values()].filter((m) => m.thread_id === id), next: null,
    turns: [...db.turns.values()].filter((t) => t.thread_id === id), pos: at(),
  } }),
  "POST /api/threads/:id/messages": ({ id, body }, { me }) => {
    const known = db.clients.get(body.client_id);
    if (known) return { status: 200, body: known };
    if (body.text.includes("full disk")) return problem(507, "disk_full", "the disk of the server is full", "free some space");
    const posted = post(id, body.text, me, body.client_id);
    db.clients.set(body.client_id, posted);
    return { status: 201, body: posted };
  },
  "GET /api/turns/:id/items": ({ id }) => page([...db.items.values()].filter((item) => item.turn_id === id)),
  "POST /api/turns/:id/cancel": ({ id }) => {
    const turn = db.turns.get(id);
    if (turn.state === "queued") return { body: putTurn({ ...turn, state: "cancelled", ended_at: now(), stop_wanted: true }) };
    if (turn.ended_at) return problem(409, "turn_ended", "the turn has ended");
    return { body: putTurn({ ...turn, stop_wanted: true }) };
  },
  "POST /api/turns/:id/retry": ({ id }, { me }) => {
    const turn = db.turns.get(id);
    return { status: 201, body: newTurn(db.messages.get(turn.message_id), turn.assistant, me, turn.attempt + 1) };
  },
};

function find(method, path) {
  for (const [key, handle] of Object.entries(routes)) {
    const [verb, pattern] = key.split(" ");
    const found = verb === method && new RegExp(`^${pattern.replace(":id", "([^/]+)")}$`).exec(path);
    if (found) return { handle, id: found[1] };
  }
  return null;
}

function events(request, reply, me) {
  if (!me) return reply.writeHead(401).end();
  reply.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const after = request.headers["last-event-id"];
  if (after) for (const { pos, frame } of db.log) if (pos > Number(after.split(".")[1])) reply.write(frame);
  reply.write(`event: ready\ndata: ${JSON.stringify({ pos: at() })}\n\n`);
  for (const item of db.items.values()) if (item.status === "open") reply.write(`event: item\ndata: ${JSON.stringify(item)}\n\n`);
  viewers.add(reply);
  const beat = setInterval(() => reply.write(": beat\n\n"), 15_000);
  request.on("close", () => {
    clearInterval(beat);
    viewers.delete(reply);
  });
}

createServer(async (request, reply) => {
  const url = new URL(request.url, "http://mock");
  const cookie = /sb=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
  const me = cookie === "jonas" ? jonas : cookie ? mara : null;
  if (url.pathname === "/api/events") return events(request, reply, me);
  if (url.pathname === "/mock/viewers") return reply.end(String(viewers.size));
  if (url.pathname.startsWith("/api/")) {
    const found = find(request.method, url.pathname);
    if (!found) return reply.writeHead(404).end();
    let body = "";
    for await (const piece of request) body += piece;
    const out = me || url.pathname === "/api/session" ? found.handle({ id: found.id, query: url.searchParams, body: body ? JSON.parse(body) : {} }, { me }) : problem(401, "unauthenticated", "nobody is signed in here");
    reply.writeHead(out.status ?? 200, { "content-type": out.problem ? "application/problem+json" : "application/json", ...(out.cookie ? { "set-cookie": out.cookie } : {}) });
    return reply.end(out.status === 204 ? undefined : JSON.stringify(out.problem ?? out.body));
  }
  const path = url.pathname.startsWith("/assets/") ? url.pathname.slice(1) : "index.html";
  try {
    const file = await readFile(new URL(path, DIST));
    reply.writeHead(200, { "content-type": TYPES[extname(path)], "content-security-policy": POLICY });
    reply.end(file);
  } catch {
    reply.writeHead(404).end();
  }
}).listen(PORT, "127.0.0.1", () => {
  if (process.env.EMPTY !== "1") seed();
  console.log(`sign in: http://127.0.0.1:${PORT}/sign-in#mock`);
});

function seed() {
  const p95 = newThread({ title: "Gateway p95 doubled on Tuesday", visibility: "open" });
  post(p95.id, "p95 on the gateway went from 310 to 640 ms yesterday around 11:20. Nothing in the host metrics. The only thing I shipped was tool search, at 11:14.", jonas);
  const old = newThread({ title: "Name for the audit table" }, jonas);
  post(old.id, "let us keep “events”", jonas);
  db.threads.set(old.id, { ...db.threads.get(old.id), last_message_at: now() - 3 * 86_400_000 });
}
