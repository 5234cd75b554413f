import { expect, test } from "vitest";
import { runsOf } from "./markdown/highlight";
import { linesOf } from "./diff";
import { cellsOf, inked, languageOf, sideText } from "./inks";

test("a file's language is told by its ending or its name", () => {
  const rows: [string, string | undefined][] = [
    ["src/a.rs", "rust"], ["a.tsx → b/c.py", "python"], ["Dockerfile", "dockerfile"], ["x/Cargo.toml", "ini"], ["main.go", "go"], ["README", undefined], ["a.xyz", undefined],
  ];
  for (const [path, language] of rows) expect(languageOf(path)).toBe(language);
});

test("colours and what differs lie over each other, and no letter is lost", () => {
  const lines = linesOf('@@ -1,3 +1,3 @@\n fn main() {\n-    let a = "one";\n+    let b = "two";\n }\n');
  for (const side of ["old", "new"] as const) {
    const of = inked(lines, side, runsOf(sideText(lines, side), "rust")!);
    for (const [line, runs] of of) if (line.kind !== "gap") expect(cellsOf(line, runs).map(({ text }) => text).join("")).toBe(line.text);
  }
  const fresh = inked(lines, "new", runsOf(sideText(lines, "new"), "rust")!);
  const line = lines.find(({ kind }) => kind === "add")!;
  const cells = cellsOf(line, fresh.get(line));
  expect(cells.find(({ ink }) => ink === "k")?.text).toBe("let");
  expect(cells.filter(({ differs }) => differs).map(({ text }) => text).join("")).toBe('b = "two');
});

test("colours that do not fit the line are left out", () => {
  expect(cellsOf({ text: "abc", pieces: null }, [{ ink: "k", text: "ab" }])).toEqual([{ text: "abc", ink: null, differs: false }]);
});
