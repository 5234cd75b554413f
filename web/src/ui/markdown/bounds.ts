/**
 * How much text is read as Markdown. Pure. The lexer's time grows with the square of a block's length and its stack with the
 * depth of what is nested, and the text comes from anybody: what lies beyond these bounds is shown as it was written.
 */
import type { Token, Tokens } from "marked";

const LONGEST = 100_000;
/** Of lines that the lexer reads as one piece. */
const LONGEST_PIECE = 12_000;
const DEEPEST = 80;

/** Each of these lines is a piece of its own, however many follow each other. */
const BEGINS = /^\s*(?:[-*+]\s|\d{1,9}[.)]\s|\||#{1,6}\s)/;

export function isTooLong(text: string): boolean {
  if (text.length <= LONGEST_PIECE) return false;
  if (text.length > LONGEST) return true;
  let piece = 0;
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
      continue;
    }
    if (mark) fence = mark;
    if (mark || line.trim() === "" || BEGINS.test(line)) piece = 0;
    piece += line.length;
    if (piece > LONGEST_PIECE) return true;
  }
  return false;
}

/** Walked without recursion, because the depth is what is in doubt. */
export function isTooDeep(tokens: Token[]): boolean {
  let level: Token[] = tokens;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap(inside);
  }
  return false;
}

function inside(token: Token): Token[] {
  switch (token.type) {
    case "list": return (token as Tokens.List).items;
    case "table": return [...(token as Tokens.Table).header, ...(token as Tokens.Table).rows.flat()].flatMap((cell) => cell.tokens);
    default: return (token as Tokens.Generic).tokens ?? [];
  }
}
