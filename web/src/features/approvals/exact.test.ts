import { expect, test } from "vitest";
import { exactPieces, exactText } from "./exact";

test("what turns text around or is not seen becomes a mark", () => {
  expect(exactText("rm \u202Egnp.txt")).toBe("rm ⟨U+202E⟩gnp.txt");
  expect(exactText("a\u200Bb\u2066c\uFEFFd\u00ADe\u{E0041}")).toBe("a⟨U+200B⟩b⟨U+2066⟩c⟨U+FEFF⟩d⟨U+00AD⟩e⟨U+E0041⟩");
  expect(exactText("echo\u00A0x\u001B[2K\r")).toBe("echo⟨U+00A0⟩x⟨U+001B⟩[2K⟨U+000D⟩");
  expect(exactText("\uD800")).toBe("⟨U+D800⟩");
  expect(exactText("a\u2028b\u3164c")).toBe("a⟨U+2028⟩b⟨U+3164⟩c");
});

test("what is seen stays as it is", () => {
  const plain = "cargo test -- \\\n\t'größe' 日本 👍";
  expect(exactPieces(plain)).toEqual([{ text: plain, isMark: false }]);
  expect(exactPieces("")).toEqual([]);
});

test("a text cannot forge a mark that is drawn apart", () => {
  expect(exactPieces("⟨U+202E⟩")).toEqual([{ text: "⟨U+202E⟩", isMark: false }]);
});
