import { expect, test } from "vitest";
import type { HeldItem } from "../../state/model";
import { endOf, lineCount, pretty, rowsOf } from "./rows";

const item = (id: string, kind: HeldItem["kind"]): HeldItem => ({
  id, kind, turn_id: "u", thread_id: "t", seq: 1, status: "done", text: id, started_at: 1, ended_at: 2, bytes: 1,
});
const rows = (...kinds: HeldItem["kind"][]) => rowsOf(kinds.map((kind, at) => item(`${at}`, kind))).map((row) => [row.item.kind, row.raw?.id ?? null]);

test("a raw thought goes with the summary beside it, on whichever side", () => {
  expect(rows("reasoning", "raw_reasoning", "command")).toEqual([["reasoning", "1"], ["command", null]]);
  expect(rows("raw_reasoning", "reasoning")).toEqual([["reasoning", "0"]]);
  expect(rows("reasoning", "raw_reasoning", "raw_reasoning", "reasoning")).toEqual([["reasoning", "1"], ["reasoning", "2"]]);
  expect(rows("command", "raw_reasoning")).toEqual([["command", null], ["raw_reasoning", null]]);
});

test("what an agent does goes below the first row that names it, and keeps its place where none does", () => {
  const all = [
    item("early", "command"), item("start-a", "subagent"), item("start-b", "subagent"), item("b1", "command"), item("ours", "command"),
    item("a1", "plan"), item("wait", "subagent"), item("b2", "command"), item("lost", "command"),
  ];
  const named: Record<string, Partial<HeldItem>> = {
    "start-a": { agents: ["a"] }, "start-b": { agents: ["b"] }, wait: { agents: ["a", "b"] }, b1: { agent: "b" }, a1: { agent: "a" },
    b2: { agent: "b" }, lost: { agent: "c" },
  };
  const drawn = rowsOf(all.map((one) => ({ ...one, ...named[one.id] })));
  expect(drawn.map((row) => [row.item.id, row.doings.map((doing) => doing.item.id)])).toEqual([
    ["early", []], ["start-a", ["a1"]], ["start-b", ["b1", "b2"]], ["ours", []], ["wait", []], ["lost", []],
  ]);
});

test("JSON is told with one value a line, also when it came as text; anything else stays", () => {
  expect(pretty({ a: 1 })).toEqual({ text: '{\n  "a": 1\n}', json: true });
  expect(pretty('{"a":1}')).toEqual({ text: '{\n  "a": 1\n}', json: true });
  expect(pretty("{not json")).toEqual({ text: "{not json", json: false });
  expect(pretty("12")).toEqual({ text: "12", json: false });
  expect(pretty(null).text).toBe("");
});

test("the end of a text begins with a whole line", () => {
  expect(endOf("one\ntwo\nthree", 100)).toBe("one\ntwo\nthree");
  expect(endOf("one\ntwo\nthree", 7)).toBe("three");
  expect(endOf("x".repeat(50), 10)).toBe("x".repeat(10));
  expect([lineCount(""), lineCount("a"), lineCount("a\nb\n")]).toEqual([0, 1, 3]);
});
