/** The bodies of questions, read from what came over the wire: what is missing or of another shape is left out. Pure. */
import type { FileChange, Question } from "../../api/types";
import { withoutShell } from "../../state/words";

export interface Ask { id: string; what: string; path: string | null }
export interface Option { label: string; description: string }
export interface Asked { id: string; header: string; question: string; other: boolean; secret: boolean; options: Option[] }

export type Body =
  | { is: "command"; command: string; cwd: string; reason: string; network: { host: string; protocol: string } | null; amendment: string[]; permissions: unknown }
  | { is: "file_change"; changes: FileChange[]; reason: string; grantRoot: string }
  | { is: "permissions"; reason: string; cwd: string; asks: Ask[] }
  | { is: "question"; questions: Asked[] }
  | { is: "form"; server: string; message: string; schema: unknown }
  | { is: "link"; server: string; message: string; url: string }
  | { is: "tool"; server: string; tool: string; title: string; description: string; message: string; arguments: unknown }
  /** A kind that this page does not know, or one that lacks what it is about: shown as it came. Of what is `broken` only a no is taken. */
  | { is: "other"; raw: unknown; broken: boolean };

export type Shape = Record<string, unknown>;
export const shapeOf = (value: unknown): Shape => (typeof value === "object" && value !== null && !Array.isArray(value) ? value as Shape : {});
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export function bodyOf(question: Pick<Question, "kind" | "body">): Body {
  const body = readAs(question);
  return isWhole(body) ? body : { is: "other", raw: question.body, broken: true };
}

const said = (text: string) => text.trim() !== "";
const areIds = (ids: string[]) => ids.every(said) && new Set(ids).size === ids.length;

/** Whether everything is there that somebody must see before they agree. */
function isWhole(body: Body): boolean {
  switch (body.is) {
    case "command": return (said(body.command) || said(body.network?.host ?? "")) && body.amendment.every((part) => part !== "");
    case "file_change": return (body.changes.length > 0 || said(body.grantRoot)) && body.changes.every(({ path }) => said(path));
    case "permissions": return body.asks.length > 0 && body.asks.every(({ what }) => said(what)) && areIds(body.asks.map(({ id }) => id));
    case "question": return body.questions.length > 0 && areIds(body.questions.map(({ id }) => id))
      && body.questions.every((one) => said(one.question || one.header) && areIds(one.options.map(({ label }) => label)));
    case "form": return said(body.message) || Object.keys(shapeOf(shapeOf(body.schema)["properties"])).length > 0;
    case "link": return said(body.url);
    case "tool": return said(body.tool);
    case "other": return true;
  }
}

function readAs(question: Pick<Question, "kind" | "body">): Body {
  const body = shapeOf(question.body);
  const text = (key: string) => textOf(body[key]);
  switch (question.kind) {
    case "command": {
      const network = shapeOf(body["network"]);
      return {
        is: "command", command: text("command"), cwd: text("cwd"), reason: text("reason"), permissions: body["permissions"] ?? null,
        network: body["network"] ? { host: textOf(network["host"]), protocol: textOf(network["protocol"]) } : null,
        amendment: listOf(body["amendment"]).map(textOf),
      };
    }
    case "file_change": return {
      is: "file_change", reason: text("reason"), grantRoot: text("grant_root"),
      changes: listOf(body["changes"]).map(shapeOf).map((one) => ({ path: textOf(one["path"]), change: textOf(one["change"]), diff: textOf(one["diff"]) || null })),
    };
    case "permissions": return {
      is: "permissions", reason: text("reason"), cwd: text("cwd"),
      asks: listOf(body["asks"]).map(shapeOf).map((one) => ({ id: textOf(one["id"]), what: textOf(one["what"]), path: textOf(one["path"]) || null })),
    };
    case "question": return {
      is: "question",
      questions: listOf(body["questions"]).map(shapeOf).map((one) => ({
        id: textOf(one["id"]), header: textOf(one["header"]), question: textOf(one["question"]), other: one["other"] === true,
        secret: one["secret"] === true || body["secret"] === true,
        options: listOf(one["options"]).map(shapeOf).map((option) => ({ label: textOf(option["label"]), description: textOf(option["description"]) })),
      })),
    };
    case "form": return { is: "form", server: text("server"), message: text("message"), schema: body["schema"] };
    case "link": return { is: "link", server: text("server"), message: text("message"), url: text("url") };
    case "tool": return {
      is: "tool", server: text("server"), tool: text("tool"), title: text("title"), description: text("description"), message: text("message"),
      arguments: body["arguments"] ?? null,
    };
    default: return { is: "other", raw: question.body, broken: false };
  }
}

/** The question itself, as the head of its card. */
export function headOf(body: Body): string {
  switch (body.is) {
    case "command": return body.command ? "Run this command?" : body.network ? "Reach this host?" : "Allow this?";
    case "file_change": return body.changes.length === 1 ? "Change this file?" : body.changes.length ? `Change these ${body.changes.length} files?` : "Change files?";
    case "permissions": return "Give more permissions?";
    case "question": return body.questions.length === 1 ? body.questions[0]?.header || "A question" : `${body.questions.length} questions`;
    case "form": return body.server ? `Fill in this form for ${body.server}?` : "Fill in this form?";
    case "link": return "Open this page?";
    case "tool": return "Call this tool?";
    case "other": return "Allow this?";
  }
}

/** What it is about in one line, and whether that line is exact text: of a command without the shell around it, which its card shows. */
export function gistOf(body: Body): { text: string; exact: boolean } {
  switch (body.is) {
    case "command": return { text: withoutShell(body.command) || body.network?.host || body.reason, exact: true };
    case "file_change": return { text: body.changes.map((change) => change.path).join(", ") || body.grantRoot || body.reason, exact: true };
    case "permissions": return { text: body.asks.map((ask) => ask.what).join(", ") || body.reason, exact: false };
    case "question": return { text: body.questions[0]?.question ?? "", exact: false };
    case "form": return { text: body.message, exact: false };
    case "link": return { text: hostOf(body.url) ?? body.url, exact: true };
    case "tool": return { text: [body.server, body.tool].filter(Boolean).join(": "), exact: true };
    case "other": return { text: "", exact: false };
  }
}

/** The host an address really leads to; null for one that is not opened from here. */
export function hostOf(url: string): string | null {
  try {
    const { protocol, host, username, password } = new URL(url);
    return protocol === "https:" && host && !username && !password ? host : null;
  } catch {
    return null;
  }
}
