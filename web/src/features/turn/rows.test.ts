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
