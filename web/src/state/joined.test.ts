import { expect, test } from "vitest";
import type { Delta, Item } from "../api/types";
import { type Change, joined } from "./change";
import { emptyState, type State } from "./model";
import { reduce } from "./reduce";
import { utf8Length } from "./utf8";

const item = (id: string, over: Partial<Item> = {}): Item => ({
  id, turn_id: "u", thread_id: "t", seq: 1, kind: "text", status: "open", text: "", started_at: 1, ended_at: null, ...over,
});
const state = (items: number): State => Array.from({ length: items }, (_, n): Change => ({ type: "item", item: item(`i${n}`) })).reduce(
  reduce, { ...emptyState(), pages: { t: { older: null, newer: null, from: 1, to: null } } },
);
const delta = (id: string, offset: number, text: string): Change => ({ type: "delta", delta: { item_id: id, turn_id: "u", thread_id: "t", offset, text } satisfies Delta });

test("deltas that go on are one, also where those of another item come between", () => {
  const changes = [delta("a", 0, "ä"), delta("b", 0, "1"), delta("a", 2, "b"), delta("b", 1, "2"), delta("a", 9, "z")];
  const before = structuredClone(changes);
  expect(joined(changes)).toEqual([delta("a", 0, "äb"), delta("b", 0, "12"), delta("a", 9, "z")]);
  expect(changes).toEqual(before);
});

test("nothing is carried over what else happens", () => {
  const put: Change = { type: "item", item: item("a", { text: "xy", status: "done" }) };
  expect(joined([delta("a", 0, "x"), put, delta("a", 1, "y")])).toEqual([delta("a", 0, "x"), put, delta("a", 1, "y")]);
});

test("the state is the same as from every delta by itself", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 200; round += 1) {
    const ends = [0, 0, 0];
    const changes = Array.from({ length: 30 }, (): Change => {
      const of = random(3);
      if (random(12) === 0) return { type: "item", item: item(`i${of}`, { text: "x".repeat(random(8)) }) };
      const text = ["a", "ü", "😀", "bc"][random(4)]!;
      const offset = random(10) === 0 ? Math.max(0, ends[of]! + random(5) - 2) : ends[of]!;
      if (offset === ends[of]) ends[of]! += utf8Length(text);
      return delta(`i${of}`, offset, text);
    });
    expect(joined(changes).reduce(reduce, state(3)).items).toEqual(changes.reduce(reduce, state(3)).items);
  }
});

test("five thousand deltas in one frame take no longer than a frame", () => {
  const changes = Array.from({ length: 5000 }, (_, n) => delta("i0", n * 10, "abcdefghi "));
  const from = state(500);
  const start = performance.now();
  const next = joined(changes).reduce(reduce, from);
  expect(performance.now() - start).toBeLessThan(100);
  expect(next.items["u"]!["i0"]!.bytes).toBe(50_000);
});

test("all changes of a turn may become fewer", () => {
  const long = reduce(state(0), { type: "item", item: item("d", { kind: "turn_diff", text: "a longer diff" }) });
  expect(reduce(long, { type: "item", item: item("d", { kind: "turn_diff", text: "short" }) }).items["u"]!["d"]!.text).toBe("short");
});
