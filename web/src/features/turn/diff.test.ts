import { expect, test } from "vitest";
import { hunksOf, linesOf } from "./diff";

const diff = "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@ fn main\n one\n-let a = first.get();\n+let a = second.get();\n three\n@@ -9 +9,2 @@\n-gone\n+entirely new\n+and more\n\\ No newline at end of file\n";

test("lines keep their numbers, and headers are left out", () => {
  const lines = linesOf(diff);
  expect(lines.map((line) => [line.kind, line.old, line.new])).toEqual([
    ["gap", null, null], ["ctx", 1, 1], ["del", 2, null], ["add", null, 2], ["ctx", 3, 3], ["gap", null, null], ["del", 9, null], ["add", null, 9], ["add", null, 10],
  ]);
  expect(hunksOf(lines).map(({ title, lines: inside }) => [title, inside.length])).toEqual([["fn main", 5], ["", 4]]);
});

test("the words that differ are marked where a line replaced a line", () => {
  const [, , gone, come, , , other] = linesOf(diff);
  expect(gone?.pieces).toEqual([{ text: "let a = ", differs: false }, { text: "first", differs: true }, { text: ".get();", differs: false }]);
  expect(come?.pieces?.find(({ differs }) => differs)?.text).toBe("second");
  expect(other?.pieces).toBeNull();
});

test("every letter of a line is in its pieces", () => {
  for (const line of linesOf(diff)) if (line.pieces) expect(line.pieces.map(({ text }) => text).join("")).toBe(line.text);
});
