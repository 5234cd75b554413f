/** Text that somebody is about to agree to, with everything in it that the eye cannot see or that turns it around. Pure. */

/** Line breaks and tabs are drawn as what they are; a plain space too. */
const UNSEEN = /(?![\n\t ])[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

const mark = (char: string) => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

export interface ExactPiece { text: string; isMark: boolean }

/** The pieces of a text: as it is, and marks like `⟨U+202E⟩` in the place of what is not seen. */
export function exactPieces(text: string): ExactPiece[] {
  const pieces: ExactPiece[] = [];
  let at = 0;
  for (const found of text.matchAll(UNSEEN)) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index), isMark: false });
    pieces.push({ text: mark(found[0]), isMark: true });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMark: false });
  return pieces;
}

/** The same as one text, for where marks cannot be drawn apart. */
export const exactText = (text: string) => exactPieces(text).map((piece) => piece.text).join("");
