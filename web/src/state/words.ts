/** The words of the page for states, times and durations. Pure; the same thing is never called two things. */
import type { Assistant, AssistantState, Item, Millis, Person, Turn } from "../api/types";

export type LampKind = "unread" | "needs" | "running" | "failed" | "off" | "ready" | "none";

/** `0:48`, `12:08`, then `1:02:03`: a duration that is still growing. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** `11.8 s`, `1 m 12 s`, `3 h 38 m`: a duration that is over. */
export function took(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds * 10) / 10} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} m ${Math.floor(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

/** How much a fork carries over. */
export const carriedWords = ({ messages, left_out }: { messages: number; left_out: number }): string => {
  const all = messages === 1 ? "1 message" : `${messages || "No"} messages`;
  return left_out > 0 ? `${all}, ${left_out} older left out` : all;
};

/** How long until a moment, for limits: `in 3 h 38 m`. */
export function until(at: Millis, now: Millis): string {
  return at <= now ? "now" : `in ${took(Math.ceil((at - now) / 60_000) * 60_000).replace(/ 0 [sm]$/, "")}`;
}

/** `840 B`, `18 kB`, `2.4 MB`: how large a file is. */
export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  const kilo = size / 1024;
  if (Math.round(kilo) < 1024) return `${kilo < 9.95 ? Number(kilo.toFixed(1)) : Math.round(kilo)} kB`;
  return `${Number((kilo / 1024).toFixed(1))} MB`;
}

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", options);
const hourMinute = format({ hour: "2-digit", minute: "2-digit" });
const weekday = format({ weekday: "short" });
const dayMonth = format({ day: "numeric", month: "short" });
const longDay = format({ weekday: "long", day: "numeric", month: "long" });
const dayStart = (at: Millis) => new Date(at).setHours(0, 0, 0, 0);

export const time = (at: Millis) => hourMinute.format(at);
export const day = (at: Millis) => longDay.format(at).replace(",", "");
export const sameDay = (a: Millis, b: Millis) => dayStart(a) === dayStart(b);

/** A list's time: the hour today, the weekday this week, else the date. */
export function shortWhen(at: Millis, now: Millis): string {
  if (sameDay(at, now)) return time(at);
  return now - at < 6 * 86_400_000 ? weekday.format(at) : dayMonth.format(at);
}

export function ago(at: Millis, now: Millis): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return dayMonth.format(at);
}

export const inWords: Record<AssistantState, string> = {
  ready: "ready",
  disabled: "off",
  not_installed: "not installed",
  not_signed_in: "not signed in",
  api_key_login: "signed in with an API key",
  unavailable: "unavailable",
  not_allowed: "not open to you",
};

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Begins with a capital unless it begins with something exact: a path, a code, a setting. */
export function begun(clause: string): string {
  return /^[a-z][a-z'’-]*(?![^\s,:;]|\s*=)/.test(clause) ? capital(clause) : clause;
}

/** The server speaks in clauses, lower case and without a full stop; the page in sentences. */
export function sentence(clause: string): string {
  const text = begun(clause.trim());
  return text === "" || /[.!?…:]$/.test(text) ? text : `${text}.`;
}

/** More than any line or notification shows; the patterns below take the square of it. */
const PLAIN_READ = 500;

/** The first words of a message without its Markdown, for a line that is cut anyway. */
export function plain(text: string): string {
  return text.slice(0, PLAIN_READ)
    .replace(/!?\[([^\]]*)\]\([^)]*\)?/g, "$1")
    .replace(/(\*\*|__|~~|`+)/g, "")
    .replace(/(^|\s)[*_](?=\S)|(?<=\S)[*_](?=\s|[.,;:!?]|$)/g, "$1")
    .replace(/(^|\n)\s*(#{1,6}|>|[-*+])\s+/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

export function assistantLamp(assistant: Assistant): LampKind {
  if (assistant.state === "ready") return "ready";
  return assistant.state === "disabled" || assistant.state === "not_allowed" ? "off" : "failed";
}

/** A turn's state beside its name. An ended turn says how long it took; how it failed is the end card's to say. */
export function turnWords(turn: Turn): { text: string; lamp: LampKind } {
  switch (turn.state) {
    case "queued":
      if (turn.stop_wanted) return { text: "Stopping", lamp: "running" };
      if (turn.waits) return { text: "Waits", lamp: "off" };
      return { text: turn.position && turn.position > 0 ? `Queued, ${turn.position} before it` : "Queued", lamp: "off" };
    case "running": return { text: turn.stop_wanted ? "Stopping" : "Answering", lamp: "running" };
    case "waiting_approval": return { text: turn.stop_wanted ? "Stopping" : "Waits for you", lamp: "needs" };
    case "done": return { text: "Answered", lamp: "none" };
    case "failed": return { text: "Failed", lamp: "failed" };
    case "cancelled": return { text: "Cancelled", lamp: "off" };
    case "abandoned": return { text: "Given up", lamp: "failed" };
  }
}

/**
 * What a turn that is next waits for, and what lets it begin, as clauses; null where it waits for no room. `whose` is null for one's
 * own turns.
 */
export function waitWords({ waits }: Pick<Turn, "waits">, whose: string | null): { why: string; then: string } | null {
  if (!waits) return null;
  const { room, taken, turns } = waits;
  const one = turns === 1;
  const of = room === "person" ? `${turns} of ${whose === null ? "your" : `${whose}’s`} turns` : `${one ? "1 turn" : `${turns} turns`} ${room === "login" ? "on this account" : "on this server"}`;
  return taken === "work"
    ? { why: `${of} ${one ? "is" : "are"} running`, then: `it begins when ${one ? "that" : "one of them"} ends` }
    : { why: `${of} ${one ? "waits" : "wait"} for a decision`, then: `it begins when ${one ? "that" : "one of them"} is decided` };
}

/** What a command is about, without the shell that some assistants put around every one. Its body shows the exact words. */
export function withoutShell(command: string): string {
  const [, quote = "", inside] = /^(?:\/\S*\/)?(?:ba|z|da)?sh -l?c (['"])([\s\S]+)\1$/.exec(command) ?? [];
  // With more quotes inside, what is between the first and the last is not what the shell reads.
  return inside === undefined || inside.includes(quote) || (quote === '"' && /[\\$`]/.test(inside)) ? command : inside;
}

/** What somebody does with other agents, by its name at the source; the end says which. */
const agentWords: Record<string, string> = {
  spawn_agent: "Started", started: "Started", resume_agent: "Woke", resumed: "Woke", wait: "Waited for", send_input: "Wrote to",
  send_message: "Wrote to", interacted: "Wrote to", close_agent: "Ended", interrupted: "Interrupted", ended: "Ended", completed: "Heard from",
  report: "Heard from",
};

const spaced = (name: string) => name.replaceAll("_", " ").trim();
const fileName = (path: string) => path.split(/[\\/]/).at(-1) || path;

/** Agents by their names at the source. Of one that is a number its end tells it from the others. */
export function agentsWords(agents: string[]): string {
  const names = agents.map((agent) => (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(agent) ? agent.slice(-4) : fileName(agent)));
  return names.length ? `${names.length === 1 ? "agent" : "agents"} ${listed(names)}` : "other agents";
}

/** What is said in place of a remark's code; every other code is said in its own words. */
const remarks: Record<string, string> = {
  mcp_server_failed: "Tool did not start: ", mcp_server_cancelled: "Tool was not started: ", tools_starting: "", tools_started: "", tools_slow: "",
};

/** A remark as a sentence: some come behind a code, `mcp_server_failed: notes: no such program`. */
function remarkWords(line: string): string {
  const [, code, words = ""] = /^([a-z]+(?:_[a-z]+)+): (.+)$/.exec(line) ?? [];
  return code ? capital((remarks[code] ?? `${spaced(code)}: `) + words) : line;
}

/** The one line of a folded step. */
export function stepWords(item: Item): string {
  const firstLine = item.text.trim().split("\n", 1)[0] ?? "";
  switch (item.kind) {
    case "reasoning": case "raw_reasoning":
      // Of a thought that was cut off nobody knows how long it would have been.
      if (!item.ended_at) return item.status === "open" ? "Thinking" : "Thought";
      // Some assistants report a thought only when it is over, and so without its length.
      return item.ended_at - item.started_at < 100 ? "Thought" : `Thought for ${took(item.ended_at - item.started_at)}`;
    case "command": return item.command ? withoutShell(item.command) : firstLine;
    case "file_change": {
      const paths = (item.changes ?? []).map((change) => fileName(change.path));
      return paths.length ? `${item.status === "declined" ? "Would change" : "Changed"} ${listed(paths)}` : "Changed files";
    }
    case "tool_call": return `Called ${item.tool ?? "a tool"}${item.server ? ` on ${item.server}` : ""}`;
    case "web_search": return item.query ? `Searched the web for “${item.query}”` : "Searched the web";
    case "plan": {
      const steps = item.steps ?? [];
      return steps.length ? `Plan, ${steps.filter((step) => step.done).length} of ${steps.length}` : "Plan";
    }
    case "proposal": return item.status === "open" ? "Writes a plan" : "Proposed plan";
    case "turn_diff": return "Changes of this turn";
    case "compaction": return item.status === "open" ? "Earlier messages are summed up" : "Earlier messages were summed up";
    case "subagent": {
      const does = agentWords[item.tool ?? ""] ?? capital(spaced(item.tool || "worked with"));
      return `${does} ${agentsWords(item.agents ?? [])}`;
    }
    case "image": return item.path ? `Picture ${fileName(item.path)}` : item.status === "failed" ? "No picture" : "Picture";
    case "hook": return item.event ? `Hook at ${spaced(item.event)}` : "Hook";
    case "notice": return remarkWords(firstLine) || "Notice";
    default: return firstLine || capital(spaced(item.source_kind ?? "other"));
  }
}

/** The small words at the end of a step's line: how it stands or ended. Null where the line says it all. */
export function stepResult(item: Item, running: boolean): { text: string; mood: "live" | "bad" | "calm" } | null {
  if (running) return { text: "running", mood: "live" };
  if (item.status === "declined") return { text: item.kind === "hook" ? "blocked" : "Declined", mood: "calm" };
  // What is still open in a turn that has ended was ended with it.
  if (item.status === "cut" || item.status === "open") return { text: "Ended with the turn", mood: "calm" };
  if (item.kind === "command" && typeof item.exit_code === "number") {
    return { text: `exit ${item.exit_code}`, mood: item.exit_code === 0 ? "calm" : "bad" };
  }
  if (item.status === "failed") return { text: "failed", mood: "bad" };
  return item.kind === "tool_call" ? { text: "ok", mood: "calm" } : null;
}

/** What is of a moment, or says itself how long it took. */
const timeless = new Set<Item["kind"]>(["notice", "plan", "reasoning", "raw_reasoning", "image", "compaction"]);

/** How long a step took, as the source counted it where it did. */
export function stepTook(item: Item): string {
  if (item.ended_at === null || item.status === "declined" || timeless.has(item.kind)) return "";
  return took(item.took ?? item.ended_at - item.started_at);
}

function listed(words: string[]): string {
  if (words.length <= 2) return words.join(" and ");
  return `${words.slice(0, 2).join(", ")} and ${words.length - 2} more`;
}

/** Heads of the codes that end a turn; a code this page does not know yet is told by its message alone. */
const headings: Record<string, string> = {
  not_installed: "is not installed",
  not_signed_in: "is not signed in",
  api_key_login: "is signed in with an API key",
  timed_out: "did not answer in time",
  sandbox_denied: "was refused by the sandbox",
  sandbox_unavailable: "has no sandbox on this machine",
  assistant_unavailable: "is unavailable",
  assistant_not_allowed: "is not open to you",
  empty_reply: "gave no answer",
  rate_limited: "has used up its limit",
  upstream_failed: "could not reach its service",
  too_much_output: "said too much",
  crashed: "stopped unexpectedly",
  abandoned: "was interrupted",
  attachment_missing: "could not be given a file",
  attachment_unsupported: "cannot take a file of yours",
  context_too_long: "cannot read that much",
  no_model: "does not have that model",
  codex_start_failed: "could not be started",
  session_in_use: "is at work in another program",
  session_lost: "has lost its session",
  schema_mismatch: "gave an answer of another shape",
};

/** Who has to sign in before a turn goes on, and did: `you have signed in`, `Mara or Tom has signed in: ask them`. */
export function whoSignsIn(me: Pick<Person, "role"> | undefined, people: Pick<Person, "name" | "role">[]): string {
  if (me?.role === "admin") return "you have signed in";
  const admins = people.filter((one) => one.role === "admin").map((one) => one.name);
  if (admins.length === 0 || admins.length > 3) return "an admin has signed in";
  const names = admins.length === 1 ? admins[0] : `${admins.slice(0, -1).join(", ")} or ${admins.at(-1)}`;
  return `${names} has signed in: ask them`;
}

export function endHeading(name: string, code: string): string {
  return `${name} ${headings[code] ?? "did not answer"}`;
}

/** The first command in a sentence, which the card offers to copy: what stands between backticks and is no name of a variable. */
export function commandIn(hint: string | null): string | null {
  const exact = [...(hint ?? "").matchAll(/`([^`]+)`/g)].map(([, piece = ""]) => piece);
  return exact.find((piece) => !/^[A-Z0-9_]+$/.test(piece)) ?? null;
}

/** Two letters for a face: of the first two words, else the first two of the one. */
export function initials(name: string): string {
  // What stands in brackets, as in "ChatGPT (demo)", is a remark and no part of the name.
  const words = name.replace(/^@|\(.*?\)/g, "").split(/[\s._-]+/).filter(Boolean);
  const [first = "", second] = words;
  return second ? (first.charAt(0) + second.charAt(0)).toUpperCase() : first.charAt(0).toUpperCase() + first.slice(1, 2).toLowerCase();
}
