/** Inks for code. Loaded when the first block of code that can be coloured is closed. Owns the languages; never makes HTML. */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import lua from "highlight.js/lib/languages/lua";
import makefile from "highlight.js/lib/languages/makefile";
import markdown from "highlight.js/lib/languages/markdown";
import nginx from "highlight.js/lib/languages/nginx";
import php from "highlight.js/lib/languages/php";
import powershell from "highlight.js/lib/languages/powershell";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import type { Ink, Run } from "./ink";

const languages = {
  bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, lua, makefile, markdown, nginx, php,
  powershell, python, ruby, rust, shell, sql, swift, typescript, xml, yaml,
};
for (const [name, grammar] of Object.entries(languages)) hljs.registerLanguage(name, grammar);

/** Few inks: what steers, what is quoted, what is said aside. Everything else is ink of the text. */
const inks: Record<string, Ink> = {
  keyword: "k", literal: "k", built_in: "k", "title.function": "k", "title.function.invoke": "k", selector: "k", "selector-tag": "k", name: "k", section: "k", attribute: "k",
  string: "s", regexp: "s", addition: "s", link: "s", "meta.string": "s",
  comment: "c", quote: "c", meta: "c", doctag: "c", "meta.prompt": "c",
  deletion: "d",
};

interface Node { scope?: string; children: (Node | string)[] }

/** Null for a language that is not here. */
export function runsOf(text: string, language: string): Run[] | null {
  if (!hljs.getLanguage(language)) return null;
  // The tree behind the library's own HTML: we draw elements, so the HTML is of no use.
  const { rootNode } = (hljs.highlight(text, { language, ignoreIllegals: true }) as unknown as { _emitter: { rootNode: Node } })._emitter;
  const runs: Run[] = [];
  const put = (ink: Ink | null, piece: string) => {
    const last = runs.at(-1);
    if (last && last.ink === ink) last.text += piece;
    else runs.push({ ink, text: piece });
  };
  const walk = (node: Node, outer: Ink | null) => {
    const ink = node.scope ? inks[node.scope] ?? inks[node.scope.split(".", 1)[0] ?? ""] ?? outer : outer;
    for (const child of node.children) {
      if (typeof child === "string") put(ink, child);
      else walk(child, ink);
    }
  };
  walk(rootNode, null);
  return runs;
}
