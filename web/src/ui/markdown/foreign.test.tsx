/** A collection of what has run where it should not have: drawn as Markdown, none of it becomes more than text and safe links. */
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import corpus from "./foreign.json";
import { Markdown } from "./Markdown";

const ELEMENTS = /^(div|p|span|b|strong|em|del|code|pre|br|hr|blockquote|ul|ol|li|input|table|thead|tbody|tr|th|td|h[2-6]|a|button|svg|path|rect|circle|g)$/;
const shapes = (text: string) => [...text.matchAll(/<([a-zA-Z][^\s/>]*)([^>]*)>/g)];

/** What takes the lexer's stack and the time of whoever reads it. */
const deep = [">", "- "].map((mark) => ({ named: `${mark} ten thousand times`, text: `${mark.repeat(10_000)}<img src=x onerror=globalThis.ran=1>` }));

test.each([...corpus.map((text) => ({ named: text, text })), ...deep])("is shown and never more: $named", ({ text }) => {
  for (const shown of [text, `before ${text} after`, `- ${text}`, `> ${text}`, `| a |\n| - |\n| ${text} |`, `[x](${text})`, `![x](${text})`, `$${text}$`, `\`\`\`${text}\n${text}\n\`\`\``, `# ${text}`, `<${text}>`]) {
    for (const open of [false, true]) {
      const html = renderToStaticMarkup(<Markdown text={shown} open={open} mentions={[text]} />);
      for (const [, name = "", attributes = ""] of shapes(html)) {
        expect(name, html).toMatch(ELEMENTS);
        expect(attributes, html).not.toMatch(/(^|\s)(on\w+|src|srcdoc|srcset|formaction|action|ping|xlink:href)=/i);
        const href = /\shref="([^"]*)"/.exec(attributes)?.[1];
        if (href !== undefined) expect(href, html).toMatch(/^(https?:|mailto:)/);
      }
    }
  }
});
