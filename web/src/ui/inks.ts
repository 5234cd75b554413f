/** Which language a file is in by its ending, and colours laid over the lines of a diff. Pure. */
import type { Ink, Run } from "./markdown/ink";
import type { Line, Piece } from "./diff";

/** The highlighter knows the rest by their own names. */
const endings: Record<string, string> = {
  sh: "bash", zsh: "bash", bash: "bash", h: "c", cc: "cpp", cxx: "cpp", hpp: "cpp", hh: "cpp", cs: "csharp", htm: "xml", html: "xml", svg: "xml", vue: "xml",
  js: "javascript", jsx: "javascript", mjs: "javascript", cjs: "javascript", ts: "typescript", tsx: "typescript", mts: "typescript", cts: "typescript",
  kt: "kotlin", kts: "kotlin", md: "markdown", mk: "makefile", toml: "ini", cfg: "ini", conf: "ini", ps1: "powershell", py: "python", pyi: "python",
  rb: "ruby", rs: "rust", yml: "yaml", patch: "diff", jsonc: "json", json5: "json", scss: "css", less: "css",
};
const names: Record<string, string> = { dockerfile: "dockerfile", containerfile: "dockerfile", makefile: "makefile", gnumakefile: "makefile", "nginx.conf": "nginx", gemfile: "ruby", rakefile: "ruby" };
const plain = new Set(["c", "cpp", "css", "diff", "go", "ini", "java", "json", "lua", "php", "sql", "swift", "xml", "yaml"]);

export function languageOf(path: string): string | undefined {
  const name = (path.split(" → ").at(-1) ?? path).split("/").at(-1)?.toLowerCase() ?? "";
  const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "";
  return names[name] ?? endings[ending] ?? (plain.has(ending) ? ending : undefined);
}

export type Side = "old" | "new";
/** What one side of a diff was, as far as the diff shows it; a jump is an empty line. */
export const sideText = (lines: Line[], side: Side): string => lines.flatMap((line) => (isOf(line, side) ? [line.kind === "gap" ? "" : line.text] : [])).join("\n");
const isOf = (line: Line, side: Side) => line.kind === "gap" || line.kind === "ctx" || line.kind === (side === "old" ? "del" : "add");

/** The coloured pieces of each line of a side. */
export function inked(lines: Line[], side: Side, runs: Run[]): Map<Line, Run[]> {
  const rows: Run[][] = [[]];
  for (const { ink, text } of runs) {
    text.split("\n").forEach((piece, at) => {
      if (at > 0) rows.push([]);
      if (piece) rows.at(-1)!.push({ ink, text: piece });
    });
  }
  const of = new Map<Line, Run[]>();
  let row = 0;
  for (const line of lines) if (isOf(line, side)) of.set(line, rows[row++] ?? []);
  return of;
}

export interface Cell { text: string; ink: Ink | null; differs: boolean }

/** A line cut wherever its colour or what differs begins or ends; no letter of it is lost. */
export function cellsOf(line: Pick<Line, "text" | "pieces">, runs: Run[] | undefined): Cell[] {
  const pieces: Piece[] = line.pieces ?? [{ text: line.text, differs: false }];
  const inks: Run[] = runs && runs.reduce((sum, { text }) => sum + text.length, 0) === line.text.length ? runs : [{ ink: null, text: line.text }];
  const cells: Cell[] = [];
  let run = 0;
  let used = 0;
  for (const { text, differs } of pieces) {
    for (let at = 0; at < text.length;) {
      const { ink, text: inkText } = inks[run] ?? { ink: null, text: text.slice(at) };
      const length = Math.min(text.length - at, inkText.length - used);
      cells.push({ text: text.slice(at, at + length), ink, differs });
      at += length;
      used += length;
      if (used >= inkText.length) {
        run += 1;
        used = 0;
      }
    }
  }
  return cells;
}
