/**
 * "Snapshot + stream == fresh snapshot", whatever the moment of the snapshot, the cursor of the stream, the repeats and the
 * losses of deltas. A small server is played here by its rules: every durable write is logged with its position.
 */
import { expect, test } from "vitest";
import type { Frame, Item, Message, Turn } from "../api/types";
import { changeOf } from "./change";
import { emptyState, type State, turnIsOpen } from "./model";
import { reduce } from "./reduce";
import { utf8Length } from "./utf8";

function dice(seed: number) {
  let a = seed;
  return (below: number) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const PIECES = ["word ", "größer ", "日本語", "👩‍💻 ", "\n\n", "`code`", "é"];

class PlayedServer {
  readonly messages = new Map<string, Message>();
  readonly turns = new Map<string, Turn>();
  /** What the runner has in memory. */
  readonly items = new Map<string, Item>();
  /** What the last checkpoint wrote; the only thing a snapshot may count on. */
  readonly stored = new Map<string, Item>();
  readonly log: Frame[] = [];
  pos = 0;

  constructor(private readonly roll: (below: number) => number) {}

  #write(event: string, data: unknown) {
    this.pos += 1;
    this.log.push({ id: `e.${this.pos}`, event, data: JSON.stringify(data) });
  }

  #pick<T>(all: Iterable<T>, fits: (one: T) => boolean): T | undefined {
    const some = [...all].filter(fits);
    return some[this.roll(some.length || 1)];
  }

  step() {
    switch (this.roll(9)) {
      case 0: {
        const n = this.messages.size + 1;
        const message: Message = {
          id: `m${n}`, thread_id: "t1", seq: n, role: "user", author: { id: "p1", handle: "p", name: "P" }, text: `q${n}`,
          created_at: n, mentions: [], attachments: [], turn_id: null,
        };
        const turn: Turn = {
          id: `u${n}`, thread_id: "t1", message_id: message.id, assistant: "a1", person: "p1", attempt: 1, state: "queued",
          stop_wanted: false, runs_on: null, number: null, queued_at: n, started_at: null, ended_at: null, reply_id: null, position: 1, waits: null, error: null, parked: false, detached: false, ran_with: null, usage: null,
        };
        this.messages.set(message.id, message);
        this.turns.set(turn.id, turn);
        this.#write("message", message);
        this.#write("turn", turn);
        return;
      }
      case 1: {
        const turn = this.#pick(this.turns.values(), (t) => t.state === "queued");
        if (turn) this.#turn({ ...turn, state: "running", started_at: 1, position: null });
        return;
      }
      case 2: {
        const turn = this.#pick(this.turns.values(), (t) => t.state === "running");
        if (!turn) return;
        const n = this.items.size + 1;
        const item: Item = {
          id: `i${n}`, turn_id: turn.id, thread_id: "t1", seq: n, kind: "text", status: "open", text: "", started_at: 1, ended_at: null,
        };
        this.#item(item, true);
        return;
      }
      case 3: {
        const item = this.#pick(this.items.values(), (i) => i.status === "open");
        if (item) this.#item(item, true);
        return;
      }
      case 4: {
        const item = this.#pick(this.items.values(), (i) => i.status === "open");
        if (item) this.#item({ ...item, status: "done", ended_at: 9 }, true);
        return;
      }
      case 5: {
        const turn = this.#pick(this.turns.values(), (t) => t.state === "running");
        if (turn && this.roll(3) === 0) this.#end(turn);
        return;
      }
      default: {
        const item = this.#pick(this.items.values(), (i) => i.status === "open");
        if (!item) return;
        const text = PIECES[this.roll(PIECES.length)] ?? "";
        const data = { thread_id: "t1", turn_id: item.turn_id, item_id: item.id, offset: utf8Length(item.text), text };
        this.#item({ ...item, text: item.text + text }, false);
        this.log.push({ event: "delta", data: JSON.stringify(data) });
      }
    }
  }

  endAll() {
    for (const turn of this.turns.values()) if (turnIsOpen(turn)) this.#end(turn);
  }

  #end(turn: Turn) {
    for (const item of this.items.values()) {
      if (item.turn_id === turn.id && item.status === "open") this.#item({ ...item, status: "cut", ended_at: 9 }, true);
    }
    this.#turn({ ...turn, state: this.roll(2) ? "done" : "failed", ended_at: 9, position: null });
  }

  #turn(turn: Turn) {
    this.turns.set(turn.id, turn);
    this.#write("turn", turn);
  }

  #item(item: Item, durable: boolean) {
    this.items.set(item.id, item);
    if (!durable) return;
    this.stored.set(item.id, item);
    this.#write("item", item);
  }

  itemsOf(turn: string) {
    return { items: [...this.stored.values()].filter((item) => item.turn_id === turn), pos: `e.${this.pos}` };
  }

  snapshot(into: State): State {
    const page = { items: [...this.messages.values()], turns: [...this.turns.values()], pos: `e.${this.pos}` };
    let state = reduce(into, { type: "thread_page", thread: "t1", page, what: "newest" });
    for (const turn of this.turns.keys()) state = reduce(state, { type: "turn_items", turn, page: this.itemsOf(turn) });
    return state;
  }

  /** What the server says first on every connection: the open items as the runner has them. */
  openItems(): Frame[] {
    return [...this.items.values()].filter((i) => i.status === "open").map((i) => ({ event: "item", data: JSON.stringify(i) }));
  }
}

/** Whether a turn without items has been asked for is not part of what is seen. */
const view = ({ messages, turns, items }: State) => ({
  messages, turns, items: Object.fromEntries(Object.entries(items).filter(([, of]) => Object.keys(of).length > 0)),
});
const hear = (state: State, frame: Frame) => {
  const change = changeOf(frame, 0);
  return change ? reduce(state, change) : state;
};

test("snapshot + stream == fresh snapshot", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const roll = dice(seed);
    const server = new PlayedServer(roll);
    for (let n = roll(40); n > 0; n--) server.step();

    let state = server.snapshot(emptyState());
    // The stream may repeat what the snapshot has, from any earlier place, and it says the open items first.
    let heard = roll(server.log.length + 1);
    for (const frame of server.log.slice(heard)) if (frame.id) state = hear(state, frame);
    for (const frame of server.openItems()) state = hear(state, frame);
    heard = server.log.length;

    for (let n = 30 + roll(120); n > 0; n--) {
      server.step();
      if (roll(3)) continue;
      const lost = roll(8) === 0;
      for (const frame of server.log.slice(heard)) {
        // A line that breaks loses deltas, never what has an id; now and then something comes twice.
        if (lost && !frame.id) continue;
        state = hear(state, frame);
        if (roll(10) === 0) state = hear(state, frame);
      }
      heard = server.log.length;
      if (roll(2)) {
        const wanted = state.wants.turns;
        state = reduce(state, { type: "fetching" });
        for (const turn of wanted) state = reduce(state, { type: "turn_items", turn, page: server.itemsOf(turn) });
      }
      if (roll(25) === 0) state = server.snapshot(state);
    }
    server.endAll();
    for (const frame of server.log.slice(heard)) state = hear(state, frame);

    expect(view(state), `seed ${seed}`).toEqual(view(server.snapshot(emptyState())));
    expect(state.ahead, `seed ${seed}`).toEqual({});
  }
});
