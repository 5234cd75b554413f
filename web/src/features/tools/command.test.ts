import { expect, test } from "vitest";
import { lineOf, namesOf, wordsOf } from "./command";

test("a command is read word by word, with quotes and nothing else of a shell's", () => {
  expect(wordsOf("npx -y @scope/server  /srv/docs")).toEqual(["npx", "-y", "@scope/server", "/srv/docs"]);
  expect(wordsOf(`a 'b c' "d 'e" f\\ g "" $HOME *`)).toEqual(["a", "b c", "d 'e", "f g", "", "$HOME", "*"]);
  expect(wordsOf("a 'b")).toBeNull();
  expect(wordsOf("   ")).toEqual([]);
});

test("what is shown is read as the same words again", () => {
  for (const words of [["npx", "-y", "@a/b"], ["a b", "it's", "", "\\", "\"", "$x"]]) expect(wordsOf(lineOf(words))).toEqual(words);
});

test("names of variables may be parted in any way", () => {
  expect(namesOf(" A_TOKEN, B;C\n D ")).toEqual(["A_TOKEN", "B", "C", "D"]);
});
