import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { blocksOf, optionsFor, settle } from "./blocks";
import { Markdown } from "./Markdown";

const draw = (text: string, open = false) => renderToStaticMarkup(<Markdown text={text} open={open} />);
const kinds = (text: string) => blocksOf(text, { breaks: false, open: true }).blocks.map((block) => block.token.type);

describe("while it is being written", () => {
  test("an open fence is code from its first line", () => {
    expect(kinds("Look:\n\n```rust\nfn main")).toEqual(["paragraph", "code"]);
    expect(kinds("Look:\n\n```ru")).toEqual(["paragraph", "code"]);
  });

  test("the first ticks of a closing fence are not drawn as code", () => {
    expect(settle("```\nlet a;\n``")).toBe("```\nlet a;\n");
    expect(draw("```\nlet a;\n``", true)).not.toContain("``");
  });

  test("a table is a table from its first line", () => {
    for (const text of ["| a | b |", "| a | b", "| a | b |\n|", "| a | b |\n| -", "| a | b |\n| - | - |", "| a | b |\n|---|---|\n| 1"]) {
      expect(kinds(`Here:\n\n${text}`), text).toEqual(["paragraph", "table"]);
    }
  });

  test("marks that may still become something else are held back", () => {
    for (const text of ["Text\n\n#", "Text\n\n-", "Text\n\n1.", "Text\n\n``", "Text\n\n>"]) expect(kinds(text), text).toEqual(["paragraph"]);
  });

  test("open emphasis, code and links are drawn closed", () => {
    expect(draw("a **bold", true)).toContain("<strong>bold</strong>");
    expect(draw("a `co", true)).toContain("<code>co</code>");
    expect(draw("see [the docs](https://exam", true)).toContain("see the docs");
  });

  test("what is above the last block keeps its source, piece by piece", () => {
    const text = "# Title\n\nA paragraph with `code` and **bold**.\n\n- one\n- two\n\n```js\nlet a = 1;\n\nlet b;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.";
    let before: string[] = [];
    for (let at = 1; at <= text.length; at++) {
      const raws = blocksOf(text.slice(0, at), { breaks: false, open: true }).blocks.map((block) => block.raw.trimEnd());
      const settled = before.slice(0, -1);
      expect(raws.slice(0, settled.length), `after ${at}`).toEqual(settled);
      before = raws;
    }
  });
});

describe("more than can be read", () => {
  const unread = (text: string, open = false) => blocksOf(text, { breaks: false, open }).blocks.map((block) => block.token.type).includes("unread");

  test("what is nested too deep is shown as it was written", () => {
    for (const text of [">".repeat(4000), `${"- ".repeat(5000)}x`, `${"* ".repeat(300)}x`, "> ".repeat(200)]) {
      for (const open of [false, true]) expect(unread(text, open), text.slice(0, 4)).toBe(true);
      expect(draw(text)).toContain("unread-text");
    }
    expect(unread(">".repeat(8))).toBe(false);
  });

  test("one piece that is too long is shown as it was written, folded, and so is a text", () => {
    for (const mark of ["[", "**a", "\\(a ", "a@", "_a ", "<a "]) expect(unread(mark.repeat(16_000)), mark).toBe(true);
    expect(unread("A paragraph.\n\n".repeat(10_000))).toBe(true);
    const html = draw("[".repeat(20_000));
    expect(html).toContain("All of it");
    expect(html.length).toBeLessThan(5000);
  });

  test("long code, tables, lists and texts of many paragraphs are read as ever", () => {
    const code = "```\n" + "let a = 1;\n".repeat(5000) + "```";
    for (const text of [code, "A paragraph of words.\n\n".repeat(3000), "- an item\n".repeat(3000), "| a | b |\n| - | - |\n" + "| one | two |\n".repeat(2000)]) expect(unread(text), text.slice(0, 12)).toBe(false);
  });

  test("a text without a formula is read without looking for one at every token", () => {
    expect(optionsFor("[[[ **a", true).extensions).toBeFalsy();
    for (const text of ["$a$", "\\(a\\)", "\\[a\\]"]) expect(optionsFor(text, true).extensions, text).toBeTruthy();
  });
});

describe("foreign text", () => {
  test("raw HTML stays text", () => {
    expect(draw("<img src=x onerror=alert(1)>\n\na <b>b</b>")).toBe(
      '<div class="prose" dir="auto"><p>&lt;img src=x onerror=alert(1)&gt;</p><p>a &lt;b&gt;b&lt;/b&gt;</p></div>',
    );
  });

  test("entities are characters in text and stay as written in code", () => {
    expect(draw("a &amp; b &lt;i&gt; &#x41; &nope; `&amp;`")).toContain("a &amp; b &lt;i&gt; A &amp;nope; <code>&amp;amp;</code>");
  });

  test("a remote image is a link with its host, never loaded", () => {
    const html = draw("![a cat](https://evil.example/x.png?secret=1)");
    expect(html).not.toContain("<img");
    expect(html).toContain("Image: a cat");
    expect(html).toContain("(evil.example)");
  });

  test("a link says where it goes and gives away nothing", () => {
    const html = draw("[your bank](https://evil.example/login)");
    expect(html).toContain('rel="noopener noreferrer"');
    expect(html).toContain("(evil.example)");
    expect(draw("https://example.org/a")).not.toContain("(example.org)");
  });

  test("a link that is no web address stays text", () => {
    for (const href of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/api/session"]) {
      expect(draw(`[x](${href})`), href).not.toContain("<a");
    }
  });

  test("only handles that resolved are marked, and never inside code", () => {
    const html = renderToStaticMarkup(<Markdown text="@one, `@one` and @two" mentions={["one"]} />);
    expect(html).toContain('<span class="mention">@one</span>, <code>@one</code> and @two');
  });

  test("a handle is marked as it was written, in any case", () => {
    const html = renderToStaticMarkup(<Markdown text="@ChatGPT and @chatgpt" mentions={["chatgpt"]} />);
    expect(html).toContain('<span class="mention">@ChatGPT</span> and <span class="mention">@chatgpt</span>');
  });
});

describe("reading on", () => {
  const texts = [
    "# A\n\nSome **words** here.\n\n- one\n- two\n\n  still two\n\n- three\n\nEnd.\n\n```rust\nlet a;\n\nlet b;\n```\n\nMore `code` and *so on*.\n\n> quoted\n> on\n\nlazy\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nLast.\n",
    "One.\n\n    indented\n\n    still\n\nTwo.\n\nTitle\n===\n\nThree\n---\n\n1. a\n\n   ```\n   x\n\n   y\n   ```\n\n2. b\n\n<div>\n\nhtml\n\n</div>\n\nFour.\n",
    "A [link][x] first.\n\nB.\n\nC.\n\nD.\n\n[x]: https://e.org\n\nE [x].\n\nF.\n\nG.\n",
    "Costs $5.\n\nAnd $a^2$.\n\n$$\nx = 1\n$$\n\nSo.\n\n\\[ y \\]\n\nEnd $z_1$.\n\nYes.\n",
    "Windows\r\n\r\nlines\r\n\r\nare\r\n\r\nhere\r\n\r\ntoo.\r\n",
  ];

  test("gives what reading from the start gives, at every letter", () => {
    for (const text of texts) {
      for (const step of [1, 3, 17]) {
        let before: ReturnType<typeof blocksOf> | null = null;
        for (let end = 0; end <= text.length; end += step) {
          const part = text.slice(0, end);
          before = blocksOf(part, { breaks: false, open: true }, before);
          const whole = blocksOf(part, { breaks: false, open: true });
          expect({ blocks: before.blocks, links: before.links }).toEqual({ blocks: whole.blocks, links: whole.links });
        }
      }
    }
  });

  test("keeps the blocks that are settled", () => {
    const text = Array.from({ length: 50 }, (_, n) => `Paragraph ${n} with **words**.`).join("\n\n");
    const first = blocksOf(text, { breaks: false, open: true });
    const next = blocksOf(`${text} And more.\n\nOne`, { breaks: false, open: true }, first);
    expect(next.blocks[40]?.token).toBe(first.blocks[40]?.token);
    expect(blocksOf("Another text.", { breaks: false, open: true }, first).blocks).toHaveLength(1);
  });
});
