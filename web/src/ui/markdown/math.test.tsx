import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { blocksOf } from "./blocks";
import { Markdown } from "./Markdown";

const draw = (text: string, open = false) => renderToStaticMarkup(<Markdown text={text} open={open} />);
const formulas = (text: string, open = false) => [...draw(text, open).matchAll(/<code class="math[^"]*">([^<]*)<\/code>/g)].map((found) => found[1]);

describe("formulas", () => {
  test("stand between dollar signs or LaTeX's own brackets", () => {
    expect(formulas("With $a^2 + b^2 = c^2$ and \\(n\\) and $x$.")).toEqual(["a^2 + b^2 = c^2", "n", "x"]);
    expect(formulas("So:\n\n$$\n\\int_0^1 x\\,dx\n$$\n\nand\n\\[ e = mc^2 \\]\nend")).toEqual(["\\int_0^1 x\\,dx", "e = mc^2"]);
    expect(formulas("Also $f(x) + 1$, $n - 1$ and $\\$5 = p$.")).toEqual(["f(x) + 1", "n - 1", "\\$5 = p"]);
  });

  test("prices, variables of a shell and code are none", () => {
    for (const text of [
      "It costs $5 for me and $10 for you.", "from $5-$10, or 10$ and 5$ more", "US$5 and A$7", "echo $HOME and $PATH", "$HOME/$USER",
      "`$a^2$`", "```\n$a^2$\n```", "It was $5 (cheap) or ($10).", "a $ b $ c", "$1,000 to $2,000 a year", "$$", "costs $$ and $$$", "\\$a^2\\$",
    ]) expect(formulas(text), text).toEqual([]);
  });

  test("a formula that is still being written is drawn as what it will be", () => {
    const kinds = (text: string) => blocksOf(text, { breaks: false, open: true }).blocks.map((block) => block.token.type);
    for (const text of ["So:\n\n$$\n\\frac{1", "So:\n\n$$\n\\frac{1}{2}\n$", "So:\n\n\\[\nx^2"]) expect(kinds(text), text).toEqual(["paragraph", "math"]);
    expect(draw("So:\n\n$$\nx^2 **", true)).not.toContain("strong");
  });

  test("a stray mark swallows nothing behind its paragraph", () => {
    expect(formulas("$$ is a lot\n\nand $$ more")).toEqual([]);
    expect(draw("\\[ open\n\n**bold**")).toContain("<strong>bold</strong>");
  });
});
