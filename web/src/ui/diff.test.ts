import { expect, test } from "vitest";
import { besides, changeWords, filesOf, hunksOf, linesOf } from "./diff";

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

const git = [
  "diff --git a/src/a.rs b/src/a.rs", "index 1..2 100644", "--- a/src/a.rs", "+++ b/src/a.rs", "@@ -1,2 +1,2 @@", " one", "-two", "+three",
  "diff --git a/new.txt b/new.txt", "new file mode 100644", "index 0..1", "--- /dev/null", "+++ b/new.txt", "@@ -0,0 +1,2 @@", "+--- x", "++++ y",
  "diff --git a/old.txt b/old.txt", "deleted file mode 100644", "--- a/old.txt", "+++ /dev/null", "@@ -1 +0,0 @@", "-gone",
  "diff --git a/from here.md b/to here.md", "similarity index 100%", "rename from from here.md", "rename to to here.md",
  "diff --git a/a b.png b/a b.png", "index 1..2", "Binary files a/a b.png and b/a b.png differ",
  'diff --git "a/\\303\\244.txt" "b/\\303\\244.txt"', '--- "a/\\303\\244.txt"', '+++ "b/\\303\\244.txt"', "@@ -1 +1 @@", "-a", "+b", "",
].join("\n");

test("git's diff of many files is told file by file", () => {
  expect(filesOf(git).map(({ path, change, binary, added, removed }) => [path, change, binary, added, removed])).toEqual([
    ["src/a.rs", "update", false, 1, 1], ["new.txt", "add", false, 2, 0], ["old.txt", "delete", false, 0, 1],
    ["from here.md → to here.md", "move", false, 0, 0], ["a b.png", "update", true, 0, 0], ["ä.txt", "update", false, 1, 1],
  ]);
  expect(changeWords(filesOf(git))).toEqual({ count: "6 files", added: 4, removed: 3 });
  expect(linesOf(filesOf(git)[1]!.diff).map(({ text }) => text)).toEqual(["", "--- x", "+++ y"]);
});

test("a diff without git's headers has its files too", () => {
  expect(filesOf(diff).map(({ path, added, removed }) => [path, added, removed])).toEqual([["x", 3, 2]]);
  expect(filesOf("")).toEqual([]);
  expect(filesOf("no diff at all")).toEqual([]);
});

test("what was removed stands beside what came in its place", () => {
  expect(besides(linesOf(diff)).map(({ left, right }) => [left?.text ?? null, right?.text ?? null])).toEqual([
    ["fn main", "fn main"], ["one", "one"], ["let a = first.get();", "let a = second.get();"], ["three", "three"],
    ["", ""], ["gone", "entirely new"], [null, "and more"],
  ]);
});

test("in a block that grew each line is compared with the one that is like it", () => {
  const lines = linesOf("@@ -1,2 +1,3 @@\n-if wait(header) {\n-  put(wait.clone());\n+if wait(clock) {\n+  // a remark of its own\n+  put(wait.secs());\n");
  expect(lines.map(({ pieces }) => pieces?.find(({ differs }) => differs)?.text ?? null)).toEqual([null, "header", "clone", "clock", null, "secs"]);
});

test("ten thousand lines are read in no time", () => {
  const long = `@@ -1,20000 +1,20000 @@\n${Array.from({ length: 10_000 }, (_, n) => `-let a${n} = 1;\n+let a${n} = 2;`).join("\n")}\n`;
  const start = performance.now();
  expect(linesOf(long)).toHaveLength(20_001);
  expect(performance.now() - start).toBeLessThan(1000);
});

test("whole, a diff keeps what is no line of the file", () => {
  const moved = "old mode 100644\nnew mode 100755\nrename from a\n@@ -1 +1 @@ fn a\n-x\n\\ No newline at end of file\n+y\n";
  expect(linesOf(moved, true).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "gap old mode 100644", "gap new mode 100755", "gap rename from a", "gap @@ -1 +1 @@ fn a", "del x", "gap \\ No newline at end of file", "add y",
  ]);
  expect(linesOf("just text\n  of it", true).map(({ text }) => text)).toEqual(["just text", "  of it"]);
  expect(linesOf(moved).map(({ kind }) => kind)).toEqual(["gap", "del", "add"]);
});
