/**
 * Where formulas stand in Markdown. Pure. Owns the rule that tells a formula from a price: what stands between two dollar
 * signs is one only if it reads like one.
 */
import type { TokenizerAndRendererExtension, Tokens } from "marked";

export interface MathToken extends Tokens.Generic { type: "math"; source: string; display: boolean; closed: boolean }

// No formula holds an empty line, so a stray mark never swallows what follows its paragraph.
const inside = String.raw`((?:(?!\n[ \t]*\n)[\s\S])+?)`;
const shown = new RegExp(String.raw`^ {0,3}(?:\$\$${inside}\$\$|\\\[${inside}\\\])[ \t]*(?:\n+|$)`);
const shownOpen = /^ {0,3}(?:\$\$|\\\[)((?:(?!\n[ \t]*\n)[\s\S])*)$/;
const spoken = new RegExp(String.raw`^(?:\$\$${inside}\$\$|\$(?![\s$])((?:[^$\\\n]|\\[^\n])+?)\$(?![\p{L}\p{N}_$])|\\\(${inside}\\\)|\\\[${inside}\\\])`, "u");

/** Whether a text holds any mark that may begin a formula. */
export const hasMath = (text: string): boolean => /\$|\\[([]/.test(text);

/** `a + b` and `\frac{1}{2}` and `n`, but not `5 for me and 10`. */
export function readsLikeMath(source: string): boolean {
  if (/\s$/.test(source)) return false;
  if (/[\\^_={}<>]/.test(source)) return true;
  if (/\p{L}{4,}/u.test(source)) return false;
  return !/\s/.test(source) || !/\p{L}{2,}/u.test(source);
}

const token = (raw: string, source: string, display: boolean, closed: boolean): MathToken => ({
  type: "math", raw, source: source.trim(), display, closed,
});

/** `open`: more text will follow, so a formula that is not closed yet is drawn as what it will be. */
export const mathExtensions = (open: boolean): TokenizerAndRendererExtension[] => [
  {
    name: "math-block",
    level: "block",
    start: (text) => {
      const at = text.search(/(?:^|\n) {0,3}(?:\$\$|\\\[)/);
      return at < 0 ? undefined : at;
    },
    tokenizer(text) {
      const found = shown.exec(text);
      const source = found?.[1] ?? found?.[2];
      if (found && source?.trim()) return token(found[0], source, true, true);
      const begun = open ? shownOpen.exec(text) : null;
      return begun ? token(begun[0], (begun[1] ?? "").replace(/(?:\$|\\)$/, ""), true, false) : undefined;
    },
  },
  {
    name: "math-inline",
    level: "inline",
    start: (text) => {
      const at = text.search(/\$|\\[([]/);
      return at < 0 ? undefined : at;
    },
    tokenizer(text) {
      const found = spoken.exec(text);
      if (!found) return undefined;
      const [raw, doubled, single, round, square] = found;
      const dollars = single ?? doubled;
      if (dollars !== undefined && !readsLikeMath(dollars)) return undefined;
      const source = dollars ?? round ?? square ?? "";
      return source.trim() ? token(raw, source, false, true) : undefined;
    },
  },
];

/** Whether a block of a growing text is a formula that is not closed yet. */
export const isOpenMath = (block: string): boolean => shownOpen.test(block) && !shown.test(block);
