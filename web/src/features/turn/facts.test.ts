import { expect, test } from "vitest";
import type { Question } from "../../api/types";
import type { HeldItem } from "../../state/model";
import { changedFiles, isSameFile, itemsBefore, nameAndPlace, planOf } from "./facts";

const item = (seq: number, over: Partial<HeldItem>): HeldItem => ({
  id: `i${seq}`, turn_id: "u", thread_id: "t", seq, kind: "file_change", status: "done", text: "", started_at: seq, ended_at: seq, bytes: 0, ...over,
});
const change = (path: string, diff = "@@ -1 +1 @@\n-a\n+b\n") => ({ path, change: "update" as const, diff });
const asks = (body: unknown, over: Partial<Question> = {}): Question => ({
  id: "q1", turn_id: "u", thread_id: "t", person_id: "p", assistant_id: "a", kind: "file_change", body, offered: [], state: "asked",
  asked_at: 1, expires_at: null, decided_by: null, decided_at: null, decision: null, feedback: null, ...over,
});
const told = (items: HeldItem[], questions: Question[] = []) => changedFiles(items, questions).map(({ path, added, removed, asks: by }) => `${path} +${added} -${removed}${by ? ` ${by}` : ""}`);

test("the plan is the one that is followed now", () => {
  const steps = (text: string) => ({ kind: "plan" as const, steps: [{ text, done: false, doing: true }] });
  expect(planOf([item(1, steps("old")), item(2, steps("new")), item(3, { kind: "plan", steps: [] })]).map(({ text }) => text)).toEqual(["new"]);
  expect(planOf([item(1, steps("own")), item(2, { ...steps("an agent's"), agent: "a" })]).map(({ text }) => text)).toEqual(["own"]);
  expect(planOf([])).toEqual([]);
});

test("each file stands once, with all that was done to it, and not what was declined", () => {
  const items = [item(1, { changes: [change("a.rs"), change("b.rs")] }), item(2, { changes: [change("a.rs")] }), item(3, { changes: [change("c.rs")], status: "declined" })];
  expect(told(items)).toEqual(["a.rs +2 -2", "b.rs +1 -1"]);
});

test("all changes together count where they are told: of what was undone nothing is left", () => {
  const text = "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1 +1,2 @@\n one\n+two\n";
  expect(told([item(1, { changes: [change("a.rs"), change("b.rs")] }), item(2, { kind: "turn_diff", text })])).toEqual(["a.rs +1 -0"]);
});

test("a file that waits for a yes is marked with what waits, whatever else came with it", () => {
  expect(told([item(1, { changes: [change("a.rs")] })], [asks({ changes: [change("a.rs"), { path: 7 }, null, { path: "z.md" }] })])).toEqual(["a.rs +1 -1 q1", "z.md +0 -0 q1"]);
  expect(told([], [asks({ changes: [change("a.rs")] }, { state: "decided" }), asks("words"), asks(null), asks({ changes: "x" })])).toEqual([]);
});

test("a path is a name and a place, and two ways to say it are one file", () => {
  expect(nameAndPlace("src/a/b.rs")).toEqual({ name: "b.rs", place: "src/a" });
  expect(nameAndPlace("old.rs → new/b.rs")).toEqual({ name: "b.rs", place: "new" });
  expect(nameAndPlace("b.rs")).toEqual({ name: "b.rs", place: "" });
  expect([isSameFile("/w/src/a.rs", "src/a.rs"), isSameFile("a.rs", "a.rs"), isSameFile("ba.rs", "a.rs")]).toEqual([true, true, false]);
});

test("what happened just before is what was over by then, the last of it", () => {
  const command = (seq: number, over: Partial<HeldItem> = {}) => item(seq, { kind: "command", ...over });
  const all = [command(3, { status: "open" }), command(1), command(2, { kind: "plan" }), item(4, { kind: "text", text: " " }), command(9), item(2, { id: "r", kind: "reasoning" })];
  expect(itemsBefore(all, 5, true)).toMatchObject({ items: [{ seq: 1 }, { id: "r" }], left: false });
  expect(itemsBefore(all, 5, false).items.map(({ seq }) => seq)).toEqual([1]);
  const many = Array.from({ length: 20 }, (_, at) => command(at));
  const { items, left } = itemsBefore(many, 100, true);
  expect([items.length, items.at(-1)?.seq, left]).toEqual([12, 19, true]);
});
