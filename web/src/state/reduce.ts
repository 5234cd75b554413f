/**
 * The one place where the state changes: `(state, change) => state`, pure. Owns the rules that make
 * "snapshot + stream == fresh snapshot" true; never fetches: what it misses it writes into `wants`.
 */
import type { Delta, Id, Item, Message, MessagePage, Person, Question, Steer, Thread, Turn } from "../api/types";
import { modelGroups } from "./backends";
import { type Asked, type Change, posNumber } from "./change";
import { putSearch } from "./found";
import { putPresence } from "./here";
import { emptyState, type HeldItem, nothingWanted, type State, type ThreadPage, turnIsOpen } from "./model";
import { dropTold, putAllTold, putTold } from "./told";
import { putTurnList } from "./turn-list";
import { utf8Length, utf8Skip } from "./utf8";
import { putQueue, putWriting } from "./writing";

export function reduce(state: State, change: Change): State {
  const next = step(state, change);
  const same = next.backends === state.backends && next.assistants === state.assistants;
  return same ? next : { ...next, models: modelGroups(next) };
}

function step(state: State, change: Change): State {
  switch (change.type) {
    case "message": return putMessage(state, change.message, change.at);
    case "thread": return putThread(state, change.thread, change.at, change.asked);
    case "thread_deleted": return dropThread(state, change.id, change.at);
    case "turn": return putTurn(state, change.turn, change.at, change.asked);
    case "item": return putItem(state, change.item, change.at);
    case "assistant": return putTold(state, "assistant", change.assistant, change.asked);
    case "assistant_deleted": return dropTold(state, "assistant", change.id);
    case "person": return putPerson(state, change.person, change.asked);
    case "person_removed": return dropTold(state, "person", change.id);
    case "members": {
      const thread = state.threads[change.thread];
      return thread ? { ...state, threads: { ...state.threads, [thread.id]: { ...thread, members: change.members } } } : state;
    }
    case "queue": {
      const key = `queue:${change.thread}`;
      if (isStale(state, key, change.at, change.asked) || isGone(state, change.thread)) return state;
      return { ...putQueue(state, change.thread, change.items), seen: sawAt(state, key, change.at) };
    }
    case "queued": {
      const { thread_id: thread, id } = change.queued;
      if (isStale(state, `queue:${thread}`, undefined, change.asked) || isGone(state, thread)) return state;
      return putQueue(state, thread, [...(state.queues[thread] ?? []).filter((one) => one.id !== id), change.queued]);
    }
    case "unqueued": {
      const queue = state.queues[change.thread];
      return queue ? putQueue(state, change.thread, queue.filter((one) => one.id !== change.id)) : state;
    }
    case "presence": return putPresence(state, change.presence, change.heard);
    case "ready": return { ...state, presence: {} };
    case "question": return putQuestion(state, change.question, change.at, change.asked);
    case "questions": return change.items.reduce((s, one) => putQuestion(s, one, undefined, { since: change.since[`question:${one.id}`] }), state);
    case "steer": return putSteer(state, change.steer, change.at, change.asked);
    case "delta": return putDelta(state, change.delta);
    // Positions from before may belong to another database; from here on `seen` tells what the stream said since.
    case "reset": return change.thread ? wantThread(state, change.thread) : { ...state, seen: {}, wants: { ...state.wants, everything: true } };
    case "link": return { ...state, link: change.link };
    case "session": return change.session?.person.id === state.session?.person.id
      ? { ...state, session: change.session }
      // What one person saw is not the next one's to see.
      : { ...emptyState(), link: state.link, session: change.session };
    case "backend": return putTold(state, "backend", change.backend, change.asked);
    case "backends": return putAllTold(state, "backend", change.items, change.since);
    case "folders": return { ...state, folders: change.folders };
    case "beginning": return { ...state, beginning: change.beginning };
    case "people": return putAllTold(state, "person", change.people, change.since);
    case "assistants": return putAllTold(state, "assistant", change.assistants, change.since);
    case "thread_list": {
      const at = posNumber(change.page.pos);
      const next = change.page.items.reduce((s, thread) => putThread(s, thread, at), state);
      return { ...next, [change.of === "threads" ? "list" : "archive"]: { older: change.page.next ?? null } };
    }
    case "thread_page": {
      const next = putPage(state, change.page);
      return { ...next, pages: { ...next.pages, [change.thread]: stretch(state, change) } };
    }
    case "turn_page": {
      const at = posNumber(change.page.pos);
      return putTurnList(change.page.items.reduce((s, { turn }) => putTurn(s, turn, at), state), change.of, change.page);
    }
    case "read": return putRead(state, change.thread, change.seq);
    case "turn_items": {
      const at = posNumber(change.page.pos);
      const asked = { ...state, items: { ...state.items, [change.turn]: state.items[change.turn] ?? {} } };
      const { items, questions = [], steers = [] } = change.page;
      const withQuestions = questions.reduce((s, one) => putQuestion(s, one, at), items.reduce((s, item) => putItem(s, item, at), asked));
      return steers.reduce((s, one) => putSteer(s, one, at), withQuestions);
    }
    case "fresh": return fresh(state, change);
    case "posting": return { ...state, outbox: [...state.outbox.filter((p) => p.client_id !== change.pending.client_id), change.pending] };
    case "posted": return putMessage(unpost(state, change.client_id), change.message, undefined);
    case "not_posted": return {
      ...state,
      outbox: state.outbox.map((p) => (p.client_id === change.client_id ? { ...p, state: "failed", refused: change.refused, reason: change.reason } : p)),
    };
    case "unpost": return unpost(state, change.client_id);
    case "fetching": return { ...state, wants: nothingWanted };
    case "search_asked": case "search_found": case "search_failed": case "search_closed": return putSearch(state, change);
    default: return putWriting(state, change);
  }
}

/** Whether a copy from position `at`, or the answer to what was asked then, may be older than what is here. */
function isStale(state: State, key: string, at: number | undefined, asked?: Asked): boolean {
  const seen = state.seen[key];
  if (asked) return seen !== asked.since;
  return at !== undefined && seen !== undefined && seen > at;
}

function sawAt(state: State, key: string, at: number | undefined): Record<string, number> {
  return at === undefined ? state.seen : { ...state.seen, [key]: at };
}

function putPerson(state: State, person: Person, asked: Asked | undefined): State {
  const next = putTold(state, "person", person, asked);
  const { session } = next;
  // Somebody else may have changed one's own name or role.
  if (next === state || session?.person.id !== person.id) return next;
  return { ...next, session: { ...session, person: { ...session.person, ...person } } };
}

function putMessage(state: State, message: Message, at: number | undefined): State {
  const key = `message:${message.id}`;
  if (isStale(state, key, at) || isGone(state, message.thread_id)) return state;
  const next = message.client_id ? unpost(state, message.client_id) : state;
  const thread = { ...next.messages[message.thread_id], [message.id]: message };
  return { ...next, messages: { ...next.messages, [message.thread_id]: thread }, seen: sawAt(next, key, at) };
}

function putThread(state: State, thread: Thread, at: number | undefined, asked?: Asked): State {
  const key = `thread:${thread.id}`;
  const known = state.threads[thread.id];
  if (isGone(state, thread.id)) return state;
  if (isStale(state, key, at, asked)) {
    // The stream never tells who is in a thread, so that part of a late answer still counts.
    return known && thread.members ? { ...state, threads: { ...state.threads, [thread.id]: { ...known, members: thread.members } } } : state;
  }
  const members = thread.members ?? known?.members;
  const held = { ...thread, ...(members ? { members } : {}), ...readSoFar(thread, known?.read_seq) };
  return { ...state, threads: { ...state.threads, [thread.id]: held }, seen: sawAt(state, key, at) };
}

/** Reading never goes back: a copy from before the last word about it does not make a thread unread again. */
function readSoFar(thread: Thread, known: number | undefined): Partial<Thread> {
  if (known === undefined || known <= thread.read_seq) return {};
  return { read_seq: known, unread: Math.min(thread.unread, Math.max(0, thread.last_seq - known)) };
}

function putRead(state: State, id: Id, seq: number): State {
  const thread = state.threads[id];
  if (!thread || thread.read_seq >= seq) return state;
  return { ...state, threads: { ...state.threads, [id]: { ...thread, ...readSoFar(thread, seq) } } };
}

/** A deleted thread stays marked, so that no late copy of it or of its messages comes back. */
function dropThread(state: State, id: Id, at: number | undefined): State {
  const { [id]: _thread, ...threads } = state.threads;
  const { [id]: _messages, ...messages } = state.messages;
  const { [id]: _page, ...pages } = state.pages;
  const turns = Object.fromEntries(Object.entries(state.turns).filter(([, turn]) => turn.thread_id !== id));
  const items = Object.fromEntries(Object.entries(state.items).filter(([turn]) => state.turns[turn]?.thread_id !== id));
  const questions = Object.fromEntries(Object.entries(state.questions).filter(([, question]) => question.thread_id !== id));
  const steers = Object.fromEntries(Object.entries(state.steers).filter(([, steer]) => steer.thread_id !== id));
  const { [id]: _queue, ...queues } = state.queues;
  const about = Object.fromEntries(Object.entries(state.about).filter(([turn]) => state.turns[turn]?.thread_id !== id));
  return {
    ...state, about, threads, messages, pages, turns, items, questions, steers, queues,
    outbox: state.outbox.filter((pending) => pending.thread_id !== id),
    seen: { ...sawAt(state, `thread:${id}`, at), [`gone:${id}`]: at ?? 0 },
  };
}

const isGone = (state: State, thread: Id) => state.seen[`gone:${thread}`] !== undefined;

/** A turn that was put back after a crash begins again; what the dead run had produced is gone without a word. */
function ofThisRun(items: Record<Id, HeldItem>, turn: Turn): Record<Id, HeldItem> {
  const since = turn.started_at ?? Infinity;
  const kept = Object.entries(items).filter(([, item]) => item.started_at >= since);
  return kept.length === Object.keys(items).length ? items : Object.fromEntries(kept);
}

function putTurn(state: State, turn: Turn, at: number | undefined, asked?: Asked): State {
  const key = `turn:${turn.id}`;
  const held = state.turns[turn.id];
  if (isStale(state, key, at, asked) || isGone(state, turn.thread_id)) return state;
  // An ended turn never opens again; what says so is a late copy.
  if (held && !turnIsOpen(held) && turnIsOpen(turn)) return state;
  const items = { ...state.items };
  if (items[turn.id]) items[turn.id] = ofThisRun(items[turn.id]!, turn);
  return { ...state, items, turns: { ...state.turns, [turn.id]: turn }, seen: sawAt(state, key, at) };
}

function putQuestion(state: State, question: Question, at: number | undefined, asked?: Asked): State {
  const key = `question:${question.id}`;
  const held = state.questions[question.id];
  if (isStale(state, key, at, asked) || isGone(state, question.thread_id)) return state;
  // What is settled is never open again; what says so is a late copy.
  if (held && held.state !== "asked" && question.state === "asked") return state;
  return { ...state, questions: { ...state.questions, [question.id]: question }, seen: sawAt(state, key, at) };
}

const steerEnded = (steer: Steer) => steer.state === "taken" || steer.state === "refused";

function putSteer(state: State, steer: Steer, at: number | undefined, asked?: Asked): State {
  const key = `steer:${steer.id}`;
  const held = state.steers[steer.id];
  if (isStale(state, key, at, asked) || isGone(state, steer.thread_id)) return state;
  if (held && steerEnded(held) && !steerEnded(steer)) return state;
  return { ...state, steers: { ...state.steers, [steer.id]: steer }, seen: sawAt(state, key, at) };
}

function putItem(state: State, item: Item, at: number | undefined): State {
  const key = `item:${item.id}`;
  // Nobody reads this thread or this turn here; its items are fetched when somebody does.
  if ((!state.pages[item.thread_id] && !state.items[item.turn_id]) || isStale(state, key, at)) return state;
  const held = state.items[item.turn_id]?.[item.id];
  if (held && held.status !== "open" && item.status === "open") return state;
  const bytes = utf8Length(item.text);
  // A checkpoint may be older than the deltas that are already drawn: the text of an open item only grows.
  // All changes of a turn together are told anew each time, and may become fewer.
  const grows = item.status === "open" && item.kind !== "turn_diff";
  const next: HeldItem = held && grows && held.bytes > bytes
    ? { ...item, text: held.text, bytes: held.bytes }
    : { ...item, bytes };
  return catchUp({ ...withItem(state, next), seen: sawAt(state, key, at) }, next);
}

function withItem(state: State, item: HeldItem): State {
  return { ...state, items: { ...state.items, [item.turn_id]: { ...state.items[item.turn_id], [item.id]: item } } };
}

/** Applies the deltas that were waiting for this text, and forgets those it already contains. */
function catchUp(state: State, item: HeldItem): State {
  const waiting = state.ahead[item.id];
  if (!waiting) return state;
  const { [item.id]: _done, ...ahead } = state.ahead;
  const rest = { ...state, ahead };
  if (item.status !== "open") return rest;
  return [...waiting].sort((a, b) => a.offset - b.offset).reduce(putDelta, rest);
}

/** How many deltas may wait for one item before a fetched copy is the cheaper way to the same text. */
const AHEAD_LIMIT = 500;

function putDelta(state: State, delta: Delta): State {
  if (!state.pages[delta.thread_id]) return state;
  const item = state.items[delta.turn_id]?.[delta.item_id];
  if (item && item.status !== "open") return state;
  if (!item || delta.offset > item.bytes) {
    const waiting = state.ahead[delta.item_id] ?? [];
    const ahead = { ...state.ahead, [delta.item_id]: [...waiting.slice(-AHEAD_LIMIT), delta] };
    return wantTurn({ ...state, ahead }, delta.turn_id);
  }
  const end = delta.offset + utf8Length(delta.text);
  if (end <= item.bytes) return state;
  const text = item.text + utf8Skip(delta.text, item.bytes - delta.offset);
  return withItem(state, { ...item, text, bytes: end });
}

function wantTurn(state: State, turn: Id): State {
  if (state.wants.turns.includes(turn)) return state;
  return { ...state, wants: { ...state.wants, turns: [...state.wants.turns, turn] } };
}

function wantThread(state: State, thread: Id): State {
  // The thread may have been given back after it was lost, so the mark of its deletion no longer counts.
  const { [`gone:${thread}`]: _gone, ...seen } = state.seen;
  return { ...state, seen, wants: { ...state.wants, threads: [...state.wants.threads.filter((id) => id !== thread), thread] } };
}

/** Which part of the thread is shown once a page has come. */
function stretch(state: State, { thread, page, what }: Extract<Change, { type: "thread_page" }>): ThreadPage {
  const known = state.pages[thread];
  const seqs = page.items.map((message) => message.seq);
  const first = page.next && what !== "newer" ? Math.min(...seqs) : 1;
  const last = Math.max(0, ...seqs);
  switch (what) {
    case "newest": {
      // Read again because of a reset it says nothing about how far back this tab has read, unless there is a hole between.
      const held = Object.values(state.messages[thread] ?? {}).reduce((most, message) => Math.max(most, message.seq), 0);
      if (known?.to === null && first <= held + 1) return known;
      return { older: page.next ?? null, newer: null, from: first, to: null };
    }
    case "around": return { older: page.next ?? null, newer: page.newer ?? null, from: first, to: page.newer ? last : null };
    case "older": return { older: page.next ?? null, newer: known?.newer ?? null, from: Math.min(first, known?.from ?? first), to: known?.to ?? null };
    case "newer": return { older: known?.older ?? null, newer: page.next ?? null, from: known?.from ?? 1, to: page.next ? last : null };
  }
}

function putPage(state: State, page: MessagePage): State {
  const at = posNumber(page.pos);
  return page.turns.reduce((s, turn) => putTurn(s, turn, at), putMessages(state, page.items, at));
}

/** Many at once: what they go into is copied once, so that a page costs the same in a thread of ten thousand messages. */
function putMessages(state: State, all: Message[], at: number | undefined): State {
  const fresh = all.filter((message) => !isStale(state, `message:${message.id}`, at) && !isGone(state, message.thread_id));
  if (fresh.length === 0) return state;
  const messages = { ...state.messages };
  for (const thread of new Set(fresh.map((message) => message.thread_id))) messages[thread] = { ...messages[thread] };
  const seen = { ...state.seen };
  for (const message of fresh) {
    messages[message.thread_id]![message.id] = message;
    if (at !== undefined) seen[`message:${message.id}`] = at;
  }
  return fresh.reduce((s, message) => (message.client_id ? unpost(s, message.client_id) : s), { ...state, messages, seen });
}

/** Replaces what is here by a fresh snapshot, except for what the stream has told since the reset: that may be newer. */
function fresh(state: State, change: Extract<Change, { type: "fresh" }>): State {
  const told = <T>(kind: string, all: Record<Id, T>) =>
    Object.fromEntries(Object.entries(all).filter(([id]) => state.seen[`${kind}:${id}`] !== undefined));
  const toldOf = <T>(kind: string, groups: Record<Id, Record<Id, T>>) =>
    Object.fromEntries(Object.entries(groups).map(([id, all]) => [id, told(kind, all)] as const).filter(([, all]) => Object.keys(all).length > 0));
  const kept: State = {
    ...state,
    list: null, archive: null, pages: {}, ahead: {}, wants: nothingWanted, queues: {}, turnLists: {}, about: {},
    threads: told("thread", state.threads), messages: toldOf("message", state.messages), turns: told("turn", state.turns),
    items: toldOf("item", state.items), questions: { ...byId(change.questions ?? []), ...told("question", state.questions) },
    steers: told("steer", state.steers),
  };
  const listed = reduce(kept, { type: "thread_list", page: change.list, of: "threads" });
  if (!change.open) return listed;
  const { thread, asked, page, items } = change.open;
  const withThread = putThread(listed, thread, undefined, asked);
  const withPage = reduce(withThread, { type: "thread_page", thread: thread.id, page, what: "newest" });
  return items.reduce((s, of) => reduce(s, { type: "turn_items", ...of }), withPage);
}

function unpost(state: State, clientId: string): State {
  if (!state.outbox.some((pending) => pending.client_id === clientId)) return state;
  return { ...state, outbox: state.outbox.filter((pending) => pending.client_id !== clientId) };
}

function byId<T extends { id: Id }>(all: T[]): Record<Id, T> {
  return Object.fromEntries(all.map((one) => [one.id, one]));
}
