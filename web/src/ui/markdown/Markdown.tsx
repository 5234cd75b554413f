/**
 * Draws Markdown as React elements: no HTML is ever set. Raw HTML stays text, remote images are links, links say where they go.
 * Each block is drawn once and kept for as long as its source stays the same, so a growing answer lays out its last block only.
 */
import type { Token, Tokens } from "marked";
import { Fragment, memo, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../Icon";
import { type Blocks, blocksOf } from "./blocks";
import { Diagram } from "./Diagram";
import { decodeEntities } from "./entities";
import { Fence } from "./Fence";
import { Formula } from "./Formula";
import { destination } from "./links";
import type { MathToken } from "./math";
import { Unread } from "./Unread";

export interface MarkdownProps {
  text: string;
  /** More text will follow: the end is read kindly, and a caret stands there. */
  open?: boolean;
  /** People's own lines break where they broke them; assistants write Markdown. */
  breaks?: boolean;
  /** Handles that resolved in this text, without the @ and in any case. */
  mentions?: string[];
}

/** Letters of a growing text that one frame takes up. */
const FRAME = 3_000;

/** A burst is drawn over some frames, so that no single one of them takes long. What is over is drawn whole. */
function usePaced(text: string, open: boolean): string {
  const drawn = useRef(0);
  const [, again] = useState(0);
  const length = open ? Math.min(text.length, drawn.current + FRAME) : text.length;
  useEffect(() => {
    drawn.current = length;
    if (length >= text.length) return;
    const frame = requestAnimationFrame(() => again((n) => n + 1));
    return () => cancelAnimationFrame(frame);
  }, [length, text.length]);
  // Never between the two halves of one letter.
  return text.slice(0, length < text.length && /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length);
}

export const Markdown = memo(function Markdown({ text: whole, open = false, breaks = false, mentions }: MarkdownProps) {
  const text = usePaced(whole, open);
  const before = useRef<Blocks | null>(null);
  const { blocks, links } = useMemo(() => {
    const now = blocksOf(text, { breaks, open }, before.current);
    before.current = open ? now : null;
    return now;
  }, [text, breaks, open]);
  const names = mentions?.join(" ").toLowerCase() ?? "";
  return (
    <div className="prose" dir="auto">
      {blocks.map((block, index) => (
        <Block key={block.key} raw={block.raw} token={block.token} names={names} links={links} typing={open && index === blocks.length - 1} />
      ))}
      {open && blocks.length === 0 ? <p className="typing" /> : null}
    </div>
  );
});

interface BlockProps { raw: string; token: Token; names: string; links: string; typing: boolean }

const Block = memo(
  function Block({ token, names, links, typing }: BlockProps) {
    return <>{drawBlock(token, namesOf(names, links), typing)}</>;
  },
  (a, b) => a.raw === b.raw && a.names === b.names && a.links === b.links && a.typing === b.typing && a.token.type === b.token.type,
);

type Names = ReadonlySet<string>;

const HELD = 50;
const held = new Map<string, Names>();

/** One and the same set for the same names and links, so that what is drawn of both is told by it. */
function namesOf(names: string, links: string): Names {
  const key = `${names}\n${links}`;
  const known = held.get(key);
  if (known) return known;
  if (held.size >= HELD) held.delete(held.keys().next().value ?? "");
  const made: Names = new Set(names ? names.split(" ") : []);
  held.set(key, made);
  return made;
}

function drawBlock(token: Token, names: Names, typing: boolean): ReactNode {
  const typed = typing ? "typing" : undefined;
  switch (token.type) {
    case "heading": {
      const heading = token as Tokens.Heading;
      // The thread's title is the page's h1, so what an answer says begins below it.
      const Level = `h${Math.min(6, heading.depth + 1)}` as "h2";
      return <Level className={typed}>{drawInline(heading.tokens, names)}</Level>;
    }
    case "code": {
      const code = token as Tokens.Code;
      const language = code.lang?.split(/\s/, 1)[0];
      const closed = !typing || /\n {0,3}(`{3,}|~{3,})[ \t]*\n*$/.test(code.raw);
      return language === "mermaid"
        ? <Diagram source={code.text} closed={closed} />
        : <Fence text={code.text} language={language} typing={typing} closed={closed} />;
    }
    case "unread": return <Unread text={token.raw} />;
    case "math": return <p className="math-line">{drawSpan(token, names)}</p>;
    case "blockquote": return <blockquote>{drawBlocks((token as Tokens.Blockquote).tokens, names, typing)}</blockquote>;
    case "list": return drawList(token as Tokens.List, names, typing);
    case "table": return drawTable(token as Tokens.Table, names);
    case "hr": return <hr />;
    case "html": return <p className={typed}>{token.raw.trim()}</p>;
    case "text": return <p className={typed}>{drawInline((token as Tokens.Text).tokens ?? [token], names)}</p>;
    default: return <p className={typed}>{drawInline((token as Tokens.Paragraph).tokens ?? [token], names)}</p>;
  }
}

function drawBlocks(tokens: Token[], names: Names, typing: boolean): ReactNode {
  return tokens
    .filter((token) => token.type !== "space" && token.type !== "def")
    .map((token, index, all) => <Fragment key={index}>{drawBlock(token, names, typing && index === all.length - 1)}</Fragment>);
}

function drawList(list: Tokens.List, names: Names, typing: boolean): ReactNode {
  const items = list.items.map((item, index) => <Entry key={index} item={item} names={names} last={typing && index === list.items.length - 1} />);
  return list.ordered ? <ol start={list.start === "" ? 1 : list.start}>{items}</ol> : <ul>{items}</ul>;
}

interface EntryProps { item: Tokens.ListItem; names: Names; last: boolean }

/** Of a list that grows only its end is drawn anew. */
const Entry = memo(
  function Entry({ item, names, last }: EntryProps) {
    // Tight lists hold bare text, which needs no paragraph of its own; marked sets a task's box as a token of its own.
    const tokens = item.tokens.filter((token) => (token.type as string) !== "checkbox" && token.type !== "space");
    const inside = tokens.map((token, at) => {
      const ends = last && at === tokens.length - 1;
      return (
        <Fragment key={at}>
          {token.type === "text"
            ? <span className={ends ? "typing" : undefined}>{drawInline((token as Tokens.Text).tokens ?? [token], names)}</span>
            : drawBlock(token, names, ends)}
        </Fragment>
      );
    });
    return item.task
      ? <li className="task"><input type="checkbox" checked={item.checked ?? false} readOnly disabled aria-label={item.checked ? "Done" : "To do"} /> {inside}</li>
      : <li>{inside}</li>;
  },
  (a, b) => a.item.raw === b.item.raw && a.item.loose === b.item.loose && a.names === b.names && a.last === b.last,
);

type Align = "center" | "left" | "right" | null;
const alignment = (align: Align) => (align ? { textAlign: align } : undefined);

function drawTable(table: Tokens.Table, names: Names): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead><tr>{table.header.map((cell, at) => <th key={at} style={alignment(cell.align)}>{drawInline(cell.tokens, names)}</th>)}</tr></thead>
        <tbody>{table.rows.map((row, index) => <Cells key={index} row={row} names={names} />)}</tbody>
      </table>
    </div>
  );
}

/** A row of a table, drawn anew only where its words change. */
const Cells = memo(
  function Cells({ row, names }: { row: Tokens.TableCell[]; names: Names }) {
    return <tr>{row.map((cell, at) => <td key={at} style={alignment(cell.align)}>{drawInline(cell.tokens, names)}</td>)}</tr>;
  },
  (a, b) => a.names === b.names && a.row.length === b.row.length && a.row.every((cell, at) => cell.text === b.row[at]?.text && cell.align === b.row[at]?.align),
);

function drawInline(tokens: Token[], names: Names): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{drawSpan(token, names)}</Fragment>);
}

function drawSpan(token: Token, names: Names): ReactNode {
  switch (token.type) {
    case "strong": return <strong>{drawInline((token as Tokens.Strong).tokens, names)}</strong>;
    case "em": return <em>{drawInline((token as Tokens.Em).tokens, names)}</em>;
    case "del": return <del>{drawInline((token as Tokens.Del).tokens, names)}</del>;
    case "codespan": return <code>{(token as Tokens.Codespan).text}</code>;
    case "br": return <br />;
    case "escape": return (token as Tokens.Escape).text;
    case "link": {
      const link = token as Tokens.Link;
      return <Away href={link.href} said={link.text}>{drawInline(link.tokens, names)}</Away>;
    }
    case "image": {
      const image = token as Tokens.Image;
      return <Away href={image.href} said="" card><Icon name="image" className="icon-s" />{`Image: ${image.text || "no description"}`}</Away>;
    }
    case "math": {
      const { source, display, closed } = token as MathToken;
      return <Formula source={source} display={display} closed={closed} />;
    }
    case "text": {
      const text = token as Tokens.Text;
      return text.tokens ? drawInline(text.tokens, names) : withMentions(decodeEntities(text.text), names);
    }
    default: return token.raw;
  }
}

/** A link that leaves. One that goes nowhere we would go (javascript:, data:, file:) stays text. */
function Away({ href, said, card = false, children }: { href: string; said: string; card?: boolean; children: ReactNode }) {
  const to = destination(href);
  if (!to) return <>{children}</>;
  return (
    <a className={card ? "file away" : undefined} href={to.href} target="_blank" rel="noopener noreferrer">
      {children}
      {to.host && !said.includes(to.host) ? <span className="host"> ({to.host})</span> : null}
    </a>
  );
}

function withMentions(text: string, names: Names): ReactNode {
  if (names.size === 0 || !text.includes("@")) return text;
  return text.split(/(@[\p{L}\p{N}_.\-/]*[\p{L}\p{N}_])/u).map((piece, at) => (
    at % 2 === 1 && names.has(piece.slice(1).toLowerCase()) ? <span key={at} className="mention">{piece}</span> : piece
  ));
}
