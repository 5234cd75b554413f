/** A command as people type it, and as it is started: no shell reads it, so quotes are all that counts. Pure. */

/** The words of a line; null while a quote is open. */
export function wordsOf(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] as string;
    if (letter === "\\" && quote !== "'" && at + 1 < line.length) word = (word ?? "") + line[++at];
    else if (quote) {
      if (letter === quote) quote = "";
      else word = (word ?? "") + letter;
    } else if (letter === "'" || letter === "\"") {
      quote = letter;
      word ??= "";
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + letter;
  }
  if (quote) return null;
  return word === null ? words : [...words, word];
}

/** The same the other way round. */
export const lineOf = (words: string[]): string => words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");

/** Names that commas, spaces or lines part. */
export const namesOf = (typed: string): string[] => typed.split(/[\s,;]+/).filter(Boolean);
