import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Queued } from "../api/types";
import { Queue } from "./queue";
import { Store } from "./store";

const queued = (id: string, place: number, held: Queued["held"] = null) =>
  ({ id, thread_id: "t1", place, created_at: place, text: id, attachments: [], held }) as unknown as Queued;
const held = { code: "cancelled", until: null } as Queued["held"];

/** Frames are drawn by hand, so what the stream says waits until a test lets it in. */
let answer: (value: unknown) => void;

beforeEach(() => {
  vi.stubGlobal("document", { visibilityState: "visible" });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = (value) => resolve(Response.json(value)))));
});
afterEach(() => vi.unstubAllGlobals());

function holding(...items: Queued[]) {
  const store = new Store();
  store.apply({ type: "queue", at: 10, thread: "t1", items });
  return { store, queue: new Queue(store), tell: (at: number, ...now: Queued[]) => store.applySoon({ type: "queue", at, thread: "t1", items: now }) };
}
const left = (store: Store) => store.get().queues["t1"]?.map(({ id }) => id);

describe("what the stream said in the frame of an answer", () => {
  test("stays when one is sent, and the hold of the others ended with it", async () => {
    const { store, queue, tell } = holding(queued("a", 1, held), queued("b", 2, held));
    const sent = queue.send(queued("a", 1, held));
    tell(11, queued("b", 2));
    tell(12);
    answer({ message: { id: "m1", thread_id: "t1", seq: 1 } });
    await sent;
    expect(left(store)).toEqual([]);
  });

  test("stays when one is taken that has gone on meanwhile", async () => {
    const { store, queue, tell } = holding();
    const added = queue.add("t1", { text: "a", client_id: "c" });
    tell(11, queued("a", 1));
    tell(12);
    answer(queued("a", 1));
    await added;
    expect(left(store)).toEqual([]);
  });

  test("stays when one is changed", async () => {
    const { store, queue, tell } = holding(queued("a", 1), queued("b", 2));
    const changed = queue.change(queued("a", 1), "other");
    tell(11, queued("b", 2));
    answer({ ...queued("a", 1), text: "other" });
    await changed;
    expect(left(store)).toEqual(["b"]);
  });
});

test("an answer before the stream has its effect at once", async () => {
  const { store, queue } = holding(queued("a", 1), queued("b", 2));
  const changed = queue.change(queued("b", 2), "other");
  answer({ ...queued("b", 2), text: "other" });
  await changed;
  expect(store.get().queues["t1"]?.[1]?.text).toBe("other");
  const dropped = queue.drop(queued("a", 1));
  answer({});
  await dropped;
  expect(left(store)).toEqual(["b"]);
  const added = queue.add("t1", { text: "c", client_id: "c" });
  answer(queued("c", 3));
  await added;
  expect(left(store)).toEqual(["b", "c"]);
});
