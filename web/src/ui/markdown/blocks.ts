/**
 * Markdown to blocks, also while it is still being written. Pure. Owns how an unfinished end is read, so that an open fence or
 * table is drawn as its final block from the first line and nothing flickers; never makes HTML.
 */
import { Lexer, Marked, type MarkedOptions, type Token } from "marked";
import { isTooDeep, isTooLong } from "./bounds";
import { hasMath, isOpenMath, mathExtensions } from "./math";

export interface Block { key: number; raw: string; token: Token }

/** `links`: the references that are defined anywhere in the text; one that comes late changes what stands above it. */
export interface Blocks { blocks: Block[]; links: string; read: Read | null }

/** What was read, for reading on from there: the tokens' own texts are together the source. */
interface Read { source: string; tokens: Token[]; breaks: boolean }

/** `breaks`: in what people write, a line break is a line break. `open`: more text will follow. */
export interface ReadOptions { breaks: boolean; open: boolean }

const withMath = (open: boolean): MarkedOptions => new Marked({ gfm: true, extensions: mathExtensions(open) }).defaults;
const growing = withMath(true);
const whole = withMath(false);
const bare = new Marked({ gfm: true }).defaults;

/** An extension is asked at every token of a text, so one without a formula is read without any. */
export const optionsFor = (text: string, open: boolean): MarkedOptions => (!hasMath(text) ? bare : open ? growing : whole);

/** `before`: what an earlier stage of the same growing text was read as. It saves work and changes nothing. */
export function blocksOf(text: string, { breaks, open }: ReadOptions, before?: Blocks | null): Blocks {
  if (isTooLong(text)) return unread(text);
  try {
    const options = optionsFor(text, open);
    const source = open ? settle(text) : text;
    return (open && before ? readOn(before, source, options, breaks) : null) ?? lexed(source, options, breaks) ?? unread(text);
  } catch {
    // The lexer calls itself for what is nested, so foreign text decides how deep its stack goes.
    return unread(text);
  }
}

/** One block that is shown as it was written. */
const unread = (text: string): Blocks => ({ blocks: [{ key: 0, raw: text, token: { type: "unread", raw: text, text } }], links: "", read: null });

/** Null when what is nested is too deep to be drawn. */
function lexed(source: string, options: MarkedOptions, breaks: boolean, head: Token[] = []): Blocks | null {
  // A lexer per call: links by reference are looked up in the whole text, and `marked` keeps them per lexer.
  const fresh = new Lexer({ ...options, breaks }).lex(head.length ? source.slice(lengthOf(head)) : source);
  if (isTooDeep(fresh)) return null;
  const links = Object.keys(fresh.links).join(" ");
  const tokens: Token[] = head.length ? [...head, ...fresh] : fresh;
  const blocks = tokens.flatMap((token, key) => (token.type === "space" || token.type === "def" ? [] : [{ key, raw: token.raw, token }]));
  // Where the lexer changed letters, or one part explains another, there is no reading on.
  return { blocks, links, read: links === "" && lengthOf(tokens) === source.length ? { source, tokens, breaks } : null };
}

const lengthOf = (tokens: Token[]) => tokens.reduce((sum, { raw }) => sum + raw.length, 0);

/** Blocks at the end that may still become something else, or part of what comes. */
const UNSETTLED = 2;

/** Keeps the blocks that more text cannot change and reads the rest: else an answer costs the square of its length. */
function readOn({ read }: Blocks, source: string, options: MarkedOptions, breaks: boolean): Blocks | null {
  if (!read || read.breaks !== breaks) return null;
  let after = 0;
  let cut = read.tokens.length;
  // What comes before an empty line stands by itself once two more blocks have begun.
  while (cut > 0 && !(after >= UNSETTLED && read.tokens[cut - 1]?.type === "space")) {
    cut -= 1;
    if (read.tokens[cut]?.type !== "space") after += 1;
  }
  const head = read.tokens.slice(0, cut);
  const length = lengthOf(head);
  if (length === 0 || source.slice(0, length) !== read.source.slice(0, length)) return null;
  const now = lexed(source, options, breaks, head);
  // A reference that is defined now may be used above.
  return now?.links === "" ? now : null;
}

/** The text with its unfinished end closed or held back until it can be told what it will be. */
export function settle(text: string): string {
  const start = lastBlockStart(text);
  const head = text.slice(0, start);
  const tail = text.slice(start);
  const fence = openFence(tail);
  // Inside code nothing is markup, but the first ticks of the closing fence are not code either.
  if (fence) return head + tail.replace(new RegExp(`\\n[ \\t]*${fence.charAt(0)}{1,${fence.length}}$`), "\n");
  if (isOpenMath(tail)) return text;
  return head + settleInline(settleTable(holdBack(tail)));
}

/** Where the last block starts: after the last blank line that is not inside a fence. */
function lastBlockStart(text: string): number {
  let fence: string | null = null;
  let start = 0;
  let at = 0;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence) {
      if (mark && mark.startsWith(fence) && line.trim() === mark) fence = null;
    } else if (mark) fence = mark;
    else if (line.trim() === "" && at + line.length < text.length) start = at + line.length + 1;
    at += line.length + 1;
  }
  return start;
}

function openFence(block: string): string | null {
  let fence: string | null = null;
  for (const line of block.split("\n")) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (!mark) continue;
    if (!fence) fence = mark;
    else if (mark.startsWith(fence) && line.trim() === mark) fence = null;
  }
  return fence;
}

/** A last line that may still become a fence, a heading, a list or a rule is not drawn as text first. */
function holdBack(block: string): string {
  return block.replace(/(^|\n)[ \t]*(`{1,2}|~{1,2}|#{1,6}|[-*+_=]{1,3}|\d{1,3}[.)]?|>)$/, "$1");
}

/** A table needs its second line to be one. Until that line is whole, the first is given one. */
function settleTable(block: string): string {
  const lines = block.split("\n");
  const first = lines[0] ?? "";
  if (!/^\s*\|.*\|?\s*$/.test(first) || first.trim().length < 2) return block;
  const cells = first.trim().replace(/^\||\|$/g, "").split("|").length;
  const rule = `|${" --- |".repeat(cells)}`;
  const second = lines[1];
  if (second === undefined) return `${first.trimEnd().endsWith("|") ? first : `${first} |`}\n${rule}`;
  const whole = second.trim().replace(/^\||\|$/g, "").split("|").length === cells && /^[\s|:-]+$/.test(second) && second.includes("-");
  return !whole && lines.length === 2 && /^[\s|:-]*$/.test(second) ? `${first}\n${rule}` : block;
}

/** Closes emphasis and code that is open at the end, and keeps the address of an unfinished link out of sight. */
function settleInline(block: string): string {
  let text = block.replace(/!?\[([^\]]*)\]\([^)\s]*$/, "$1").replace(/!?\[([^\]\n]*)$/, "$1");
  const line = text.slice(text.lastIndexOf("\n") + 1);
  const withoutCode = line.replace(/`[^`]*`/g, "");
  if (withoutCode.includes("`")) return `${text}\``;
  for (const mark of ["**", "~~"]) {
    if ((withoutCode.split(mark).length - 1) % 2 === 1) text = text.endsWith(mark) ? text.slice(0, -mark.length) : `${text.trimEnd()}${mark}`;
  }
  return text;
}
