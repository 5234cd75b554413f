/** Unified diffs of one file: their lines with numbers, and the words that differ between a removed and an added line. Pure. */

/** A piece of a line, and whether it is what differs. */
export interface Piece { text: string; differs: boolean }
export interface Line { kind: "add" | "del" | "ctx" | "gap"; old: number | null; new: number | null; text: string; pieces: Piece[] | null }

/** File headers are left out: the card names the file. */
export function linesOf(diff: string): Line[] {
  const lines: Line[] = [];
  let before = 0;
  let after = 0;
  let inside = false;
  const put = (kind: Line["kind"], old: number | null, fresh: number | null, text: string) => lines.push({ kind, old, new: fresh, text, pieces: null });
  for (const raw of diff.replace(/\n$/, "").split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/.exec(raw);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      inside = true;
      put("gap", null, null, hunk[3] ?? "");
    } else if (!inside || raw.startsWith("\\")) continue;
    else if (raw.startsWith("+")) put("add", null, after++, raw.slice(1));
    else if (raw.startsWith("-")) put("del", before++, null, raw.slice(1));
    else put("ctx", before++, after++, raw.slice(1));
  }
  markWords(lines);
  return lines;
}

/** Lines that were replaced one by one are compared word by word; a block that grew or shrank is told by its lines alone. */
function markWords(lines: Line[]) {
  for (let at = 0; at < lines.length;) {
    const gone = runOf(lines, at, "del");
    const come = runOf(lines, at + gone.length, "add");
    if (gone.length === 0) {
      at += 1;
      continue;
    }
    if (gone.length === come.length) gone.forEach((line, index) => compare(line, come[index]));
    at += gone.length + come.length;
  }
}

function runOf(lines: Line[], from: number, kind: Line["kind"]): Line[] {
  const end = lines.findIndex((line, at) => at >= from && line.kind !== kind);
  return lines.slice(from, end < 0 ? undefined : end);
}

function compare(gone: Line, come: Line | undefined) {
  if (!come) return;
  const [a, b] = [words(gone.text), words(come.text)];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  // Lines that share next to nothing are two lines, not one that changed.
  const shared = [...a.slice(0, start), ...a.slice(a.length - end)].join("").trim().length;
  if (shared * 3 < Math.min(gone.text.trim().length, come.text.trim().length)) return;
  gone.pieces = pieces(a, start, end);
  come.pieces = pieces(b, start, end);
}

const words = (text: string) => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];

function pieces(all: string[], start: number, end: number): Piece[] {
  const cut = [all.slice(0, start), all.slice(start, all.length - end), all.slice(all.length - end)].map((part) => part.join(""));
  return cut.map((text, at) => ({ text, differs: at === 1 })).filter(({ text }) => text !== "");
}

/** Beyond this a diff is folded by its hunks. */
export const LONG = 400;

export interface Hunk { key: number; title: string; lines: Line[] }

export function hunksOf(lines: Line[]): Hunk[] {
  const hunks: Hunk[] = [];
  for (const line of lines) {
    const last = hunks.at(-1);
    if (line.kind === "gap" || !last) hunks.push({ key: hunks.length, title: line.kind === "gap" ? line.text : "", lines: [line] });
    else last.lines.push(line);
  }
  return hunks;
}
