import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { whenSignedOut } from "../api/client";
import type { Session } from "../api/types";
import { Outbox } from "./outbox";
import { Queue } from "./queue";
import { Store } from "./store";
import { pendingOf } from "./view";

/** What a tab keeps, and a server that answers as it is told to. */
let kept: Record<string, string>;
let full: boolean;
let asked: { path: string; body: { text: string; client_id: string } }[];
let answers: (Response | "lost")[];

const storage = () => new Proxy({} as Storage, {
  get: (_, key) => ({
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, value: string) => {
      if (full) throw new Error("full");
      kept[name] = value;
    },
    removeItem: (name: string) => void delete kept[name],
  })[key as string],
  ownKeys: () => Object.keys(kept),
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
});

beforeEach(() => {
  [kept, full, asked, answers] = [{}, false, [], []];
  vi.stubGlobal("sessionStorage", storage());
  vi.stubGlobal("fetch", async (path: string, { method, body }: RequestInit) => {
    if (method === "GET") return Response.json({ items: [] });
    asked.push({ path, body: JSON.parse(String(body)) });
    const answer = answers.shift() ?? (path.endsWith("/queue") ? Response.json(queued) : Response.json({ message: { id: "m1", thread_id: "t1", seq: 1 } }));
    if (answer === "lost") throw new TypeError("network");
    return answer;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  whenSignedOut(() => {});
});

const queued = { id: "q1", thread_id: "t1", place: 1, created_at: 1, text: "hi", attachments: [], held: null };
const refusal = (status: number, code: string) => Response.json({ code, detail: code }, { status });

function signedIn(id: string) {
  const store = new Store();
  const outbox = new Outbox(store, new Queue(store));
  whenSignedOut(() => {
    outbox.pause();
    store.apply({ type: "session", session: null });
  });
  const enter = (person: string) => {
    store.apply({ type: "session", session: { person: { id: person } } as Session });
    outbox.resume(person);
  };
  enter(id);
  return { store, outbox, enter };
}
const settled = (store: Store) => vi.waitFor(() => expect(store.get().outbox.every((one) => one.state === "failed")).toBe(true));

describe("words that the server has not", () => {
  test("wait for a change of their thread that is under way", async () => {
    let end = () => {};
    const change = new Promise<void>((resolve) => (end = resolve));
    const store = new Store();
    const sent = new Outbox(store, new Queue(store), (thread) => (thread === "t1" ? change : undefined)).add("post", "t1", "hi", []);
    await Promise.resolve();
    expect(store.get().outbox).toHaveLength(1);
    expect(asked).toEqual([]);
    end();
    await sent;
    expect(asked.map(({ body }) => body.text)).toEqual(["hi"]);
  });

  test("outlive a session that ended, and go when their writer signs in again", async () => {
    const { store, outbox, enter } = signedIn("p1");
    answers = [refusal(401, "not_signed_in")];
    await outbox.add("post", "t1", "hi", []);
    expect(store.get().outbox).toEqual([]);
    enter("p1");
    await settled(store);
    expect(asked.map(({ body }) => body.text)).toEqual(["hi", "hi"]);
    expect(new Set(asked.map(({ body }) => body.client_id)).size).toBe(1);
    expect(Object.values(kept)).toEqual([]);
  });

  test("are sent by nobody else", async () => {
    const { store, outbox, enter } = signedIn("p1");
    answers = [refusal(401, "not_signed_in")];
    await outbox.add("post", "t1", "hi", []);
    enter("p2");
    await outbox.add("post", "t1", "mine", []);
    await settled(store);
    expect(asked.map(({ body }) => body.text)).toEqual(["hi", "mine"]);
    enter("p1");
    await settled(store);
    expect(asked.map(({ body }) => body.text)).toEqual(["hi", "mine", "hi"]);
  });

  test("are forgotten by who signs out", async () => {
    const { outbox, enter } = signedIn("p1");
    answers = ["lost"];
    await outbox.add("post", "t1", "hi", []);
    expect(Object.keys(kept)).toHaveLength(1);
    outbox.clear();
    expect(kept).toEqual({});
    enter("p1");
    expect(asked).toHaveLength(1);
  });

  test("are sent also where nothing can be kept", async () => {
    const { store, outbox } = signedIn("p1");
    full = true;
    await outbox.add("post", "t1", "hi", []);
    expect(asked).toHaveLength(1);
    expect(store.get().outbox).toEqual([]);
  });

  test("are kept from the moment they leave the field, also on their way into the queue", async () => {
    const { store, outbox } = signedIn("p1");
    const added = outbox.add("queue", "t1", "later", []);
    expect(JSON.stringify(kept)).toContain("later");
    await added;
    expect(kept).toEqual({});
    expect(store.get().queues["t1"]?.map((one) => one.id)).toEqual(["q1"]);
  });
});

describe("a queued message", () => {
  test("has one client id for all its tries, and stands in the log only when it failed", async () => {
    const { store, outbox } = signedIn("p1");
    answers = ["lost"];
    const added = outbox.add("queue", "t1", "later", []);
    expect(pendingOf(store.get(), "t1")).toEqual([]);
    await added;
    const [failed] = pendingOf(store.get(), "t1");
    expect(failed).toMatchObject({ kind: "queue", state: "failed", refused: false });
    await outbox.retry(failed!);
    expect(new Set(asked.map(({ body }) => body.client_id)).size).toBe(1);
    expect(store.get().outbox).toEqual([]);
  });

  test("goes in its order, whoever is slow", async () => {
    const { outbox } = signedIn("p1");
    await Promise.all(["one", "two", "three"].map((text) => outbox.add("queue", "t1", text, [])));
    expect(asked.map(({ body }) => body.text)).toEqual(["one", "two", "three"]);
  });
});

test("what was refused goes back into the composer with its files", async () => {
  const { store, outbox } = signedIn("p1");
  const file = { id: "f1", name: "a.txt", size: 3, kind: "text" } as never;
  answers = [refusal(422, "attachment_missing")];
  await outbox.add("post", "t1", "see this", [file]);
  const [refused] = store.get().outbox;
  expect(refused).toMatchObject({ state: "failed", refused: true });
  outbox.takeBack(refused!);
  expect(store.get().outbox).toEqual([]);
  expect(store.get().prefills["t1"]).toBe("see this");
  expect(store.get().uploads["t1"]).toMatchObject([{ key: "f1", state: "done" }]);
});
