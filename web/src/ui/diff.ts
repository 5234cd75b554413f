/**
 * Unified diffs: the files of one, their lines with numbers, the words that differ between a removed and an added line, and
 * what stands beside what. Pure.
 */

/** A piece of a line, and whether it is what differs. */
export interface Piece { text: string; differs: boolean }
export interface Line { kind: "add" | "del" | "ctx" | "gap"; old: number | null; new: number | null; text: string; pieces: Piece[] | null }

/**
 * File headers are left out: the card names the file. With `whole` nothing is: what is no line of the file, such as a changed
 * mode, another name or a missing last line break, stands among the lines as it came.
 */
export function linesOf(diff: string, whole = false): Line[] {
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
      put("gap", null, null, whole ? raw : hunk[3] ?? "");
    } else if (!inside || !/^([ +-]|$)/.test(raw)) {
      if (whole) put("gap", null, null, raw);
      else if (inside && !raw.startsWith("\\")) put("ctx", before++, after++, raw.slice(1));
    } else if (raw.startsWith("+")) put("add", null, after++, raw.slice(1));
    else if (raw.startsWith("-")) put("del", before++, null, raw.slice(1));
    else put("ctx", before++, after++, raw.slice(1));
  }
  markWords(lines);
  return lines;
}

/** Beyond this a block that was replaced is told by its lines alone. */
const LONGEST_BLOCK = 50;

/** Lines that were replaced are compared word by word: one by one, or each with the next one that is much like it. */
function markWords(lines: Line[]) {
  for (let at = 0; at < lines.length;) {
    const gone = runOf(lines, at, "del");
    const come = runOf(lines, at + gone.length, "add");
    if (gone.length === 0) {
      at += 1;
      continue;
    }
    at += gone.length + come.length;
    if (gone.length === come.length) gone.forEach((line, index) => compare(line, come[index], 3));
    else if (gone.length <= LONGEST_BLOCK && come.length <= LONGEST_BLOCK) {
      let from = 0;
      for (const line of gone) {
        const like = come.findIndex((other, index) => index >= from && compare(line, other, 2));
        if (like >= 0) from = like + 1;
      }
    }
  }
}

function runOf(lines: Line[], from: number, kind: Line["kind"]): Line[] {
  let end = from;
  while (lines[end]?.kind === kind) end += 1;
  return lines.slice(from, end);
}

/** False when the two share less than one part in `share`: then they are two lines, not one that changed. */
function compare(gone: Line, come: Line | undefined, share: number): boolean {
  if (!come) return false;
  const [a, b] = [words(gone.text), words(come.text)];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const shared = [...a.slice(0, start), ...a.slice(a.length - end)].join("").trim().length;
  if (shared * share < Math.min(gone.text.trim().length, come.text.trim().length)) return false;
  gone.pieces = pieces(a, start, end);
  come.pieces = pieces(b, start, end);
  return true;
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

/** What stands beside what: a line that stayed beside itself, what was removed beside what came in its place. */
export interface Beside { left: Line | null; right: Line | null }

export function besides(lines: Line[]): Beside[] {
  const rows: Beside[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    if (line.kind === "ctx" || line.kind === "gap") {
      rows.push({ left: line, right: line });
      at += 1;
      continue;
    }
    const gone = runOf(lines, at, "del");
    const come = runOf(lines, at + gone.length, "add");
    for (let n = 0; n < Math.max(gone.length, come.length); n += 1) rows.push({ left: gone[n] ?? null, right: come[n] ?? null });
    at += gone.length + come.length;
  }
  return rows;
}

export interface Stat { added: number; removed: number }

/** Counted without making lines of them, for the many diffs that nobody opens. */
export function statOf(diff: string): Stat {
  const stat = { added: 0, removed: 0 };
  let inside = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("@@ ")) inside = true;
    else if (line.startsWith("diff --git ")) inside = false;
    else if (inside && line.startsWith("+")) stat.added += 1;
    else if (inside && line.startsWith("-")) stat.removed += 1;
  }
  return stat;
}

/** A file of a diff; of one that moved the path is `from → to`, as it is of a single change. */
export interface FileDiff extends Stat { path: string; change: "add" | "update" | "delete" | "move"; diff: string; binary: boolean }

/** The files of a diff of many, with git's own headers or with the two lines that every diff has. */
export function filesOf(diff: string): FileDiff[] {
  const lines = diff.split("\n");
  const starts: number[] = [];
  const git = lines.some((line) => line.startsWith("diff --git "));
  lines.forEach((line, at) => {
    // Inside a hunk every line has its sign, so these words at the beginning of a line are a header.
    if (git ? line.startsWith("diff --git ") : line.startsWith("--- ") && lines[at + 1]?.startsWith("+++ ") && lines[at + 2]?.startsWith("@@ ")) starts.push(at);
  });
  return starts.map((start, at) => fileOf(lines.slice(start, starts[at + 1])));
}

function fileOf(lines: string[]): FileDiff {
  const first = lines.findIndex((line) => line.startsWith("@@ "));
  const head = first < 0 ? lines : lines.slice(0, first);
  const after = (start: string) => head.find((line) => line.startsWith(start))?.slice(start.length);
  const side = (start: string) => {
    const said = after(start);
    return said === undefined ? undefined : named(said.replace(/\t.*$/, ""));
  };
  const [before, fresh] = [side("--- "), side("+++ ")];
  const [from, to] = [after("rename from "), after("rename to ")];
  const both = bothOf(after("diff --git ") ?? "");
  const isNew = head.some((line) => line.startsWith("new file mode")) || before === null;
  const isGone = head.some((line) => line.startsWith("deleted file mode")) || fresh === null;
  const moved = from !== undefined && to !== undefined;
  const path = moved ? `${unquoted(from)} → ${unquoted(to)}` : fresh ?? before ?? both;
  const text = lines.join("\n").replace(/\n*$/, "\n");
  return {
    path, change: moved ? "move" : isNew ? "add" : isGone ? "delete" : "update", diff: text,
    binary: head.some((line) => line.startsWith("Binary files ") || line.startsWith("GIT binary patch")), ...statOf(text),
  };
}

/** Null for the file that is not there. */
function named(said: string): string | null {
  return said === "/dev/null" ? null : unquoted(said).replace(/^[ab]\//, "");
}

/** The name in `a/x b/x`, where nothing else tells it: a file without a change of its text. */
function bothOf(said: string): string {
  if (said.startsWith('"')) return unquoted(/^"(?:[^"\\]|\\.)*"/.exec(said)?.[0] ?? said).replace(/^a\//, "");
  const middle = (said.length - 1) / 2;
  const twice = said.slice(2, middle) === said.slice(middle + 3);
  return twice ? said.slice(2, middle) : said.split(" b/").at(-1) ?? said;
}

const escapes: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };

/** Git puts a name with unusual letters between quotes, and spells its bytes. */
function unquoted(name: string): string {
  if (!/^".*"$/.test(name)) return name;
  const bytes: number[] = [];
  for (const [, plain, octal, sign = ""] of name.slice(1, -1).matchAll(/([^\\]+)|\\(?:([0-7]{3})|(.))/gu)) {
    if (plain !== undefined) bytes.push(...new TextEncoder().encode(plain));
    else bytes.push(octal !== undefined ? parseInt(octal, 8) : escapes[sign] ?? sign.charCodeAt(0));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** `3 files, +12 −4` */
export function changeWords(files: Stat[]): { count: string } & Stat {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return { count: files.length === 1 ? "1 file" : `${files.length} files`, added, removed };
}
