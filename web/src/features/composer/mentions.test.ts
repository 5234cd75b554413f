import { expect, test } from "vitest";
import { wordAtCaret } from "./mentions";

test("a mention starts at an @ that begins a word", () => {
  const rows: [string, string | null][] = [
    ["@", ""], ["@ch", "ch"], ["hello @ch", "ch"], ["(@ch", "ch"], ["line\n@mara/ch", "mara/ch"],
    ["mail@example", null], ["@ch ", null], ["@@ch", null], ["no", null], ["", null],
  ];
  for (const [text, typed] of rows) expect(wordAtCaret(text, text.length)?.typed ?? null, text).toBe(typed);
});

test("only what stands before the caret counts", () => {
  expect(wordAtCaret("@chat now", 3)).toEqual({ start: 0, typed: "ch" });
  expect(wordAtCaret("@chat now", 9)).toBe(null);
});
