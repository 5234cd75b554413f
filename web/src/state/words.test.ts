import { describe, expect, test } from "vitest";
import type { Item, Turn } from "../api/types";
import { bytes, carriedWords, clock, commandIn, initials, plain, sentence, stepResult, stepTook, stepWords, took, turnWords, until, waitWords, whoSignsIn, withoutShell } from "./words";

describe("durations", () => {
  test("that grow are clocks", () => {
    expect([0, 48_000, 728_000, 3_723_000].map(clock)).toEqual(["0:00", "0:48", "12:08", "1:02:03"]);
  });

  test("that are over are spelled with their units", () => {
    expect([100, 9_000, 11_800, 72_000, 13_080_000].map(took)).toEqual(["0.1 s", "9.0 s", "11.8 s", "1 m 12 s", "3 h 38 m"]);
  });

  test("until a moment are told to the minute", () => {
    expect(until(13_080_000, 0)).toBe("in 3 h 38 m");
    expect(until(3_600_000, 0)).toBe("in 1 h");
    expect(until(59_000, 0)).toBe("in 1 m");
    expect(until(0, 1)).toBe("now");
  });
});

test("a clause of the server becomes a sentence", () => {
  expect(sentence("the disk is full")).toBe("The disk is full.");
  expect(sentence("Why not?")).toBe("Why not?");
  expect(sentence("")).toBe("");
  for (const exact of ["rate_limited once", "/tmp/x is full", "listen = 4747", "`codex` is gone", "codex-cli.toml is torn"]) {
    expect(sentence(exact)).toBe(`${exact}.`);
  }
});

test("a hint offers what stands between its backticks", () => {
  expect(commandIn("run `codex login`, then `codex`")).toBe("codex login");
  expect(commandIn("ask its owner")).toBe(null);
});

test("a cut line shows words, not Markdown", () => {
  expect(plain("**2 + 2 = 4**\n\n*Scripted*, see [this](https://e.org/x)")).toBe("2 + 2 = 4 Scripted, see this");
  expect(plain("# Title\n- a `b` snake_case 2 * 3")).toBe("Title a b snake_case 2 * 3");
});

test("of a long message only the beginning is read", () => {
  expect(plain(`**Yes.** ${"[".repeat(64_000)}`).length).toBeLessThan(500);
});

test("a queued turn says how many go before it, also when it is one", () => {
  const turn = { state: "queued", stop_wanted: false } as Turn;
  expect([null, 0, 1, 3].map((position) => turnWords({ ...turn, position }).text)).toEqual(["Queued", "Queued", "Queued, 1 before it", "Queued, 3 before it"]);
});

test("who waits for room is told whose, and what makes some", () => {
  const words = (room: "person" | "login" | "server", taken: "work" | "answers", turns: number, whose: string | null = null) => {
    const { why, then } = waitWords({ waits: { room, taken, turns } }, whose) ?? {};
    return `${why}: ${then}`;
  };
  expect(words("person", "work", 2)).toBe("2 of your turns are running: it begins when one of them ends");
  expect(words("person", "work", 1, "Mara")).toBe("1 of Mara’s turns is running: it begins when that ends");
  expect(words("person", "answers", 8)).toBe("8 of your turns wait for a decision: it begins when one of them is decided");
  expect(words("login", "work", 4)).toBe("4 turns on this account are running: it begins when one of them ends");
  expect(words("server", "work", 1)).toBe("1 turn on this server is running: it begins when that ends");
  expect(waitWords({ waits: null }, null)).toBeNull();
  expect(turnWords({ state: "queued", waits: { room: "person", taken: "work", turns: 2 } } as never).text).toBe("Waits");
});

test("a face has two letters", () => {
  expect(["Mara Okafor", "mara", "@mara", "ChatGPT (demo)", "x", ""].map(initials)).toEqual(["MO", "Ma", "Ma", "Ch", "X", ""]);
});

test("sizes are told in the units in which the limits are", () => {
  const MB = 1024 * 1024;
  const rows: [number, string][] = [
    [0, "0 B"], [812, "812 B"], [1024, "1 kB"], [1500, "1.5 kB"], [18_300, "18 kB"], [MB - 1, "1 MB"], [10 * MB, "10 MB"], [12.3 * MB, "12.3 MB"],
  ];
  for (const [size, words] of rows) expect(bytes(size)).toBe(words);
});

test("the shell around a command is left out only where nothing else changes", () => {
  expect(withoutShell("/bin/bash -lc 'ls -l \"a b\"'")).toBe('ls -l "a b"');
  expect(withoutShell("bash -lc ls")).toBe("bash -lc ls");
  expect(withoutShell('sh -c "echo $HOME"')).toBe('sh -c "echo $HOME"');
  expect(withoutShell("/bin/bash -lc 'it'\\''s'")).toBe("/bin/bash -lc 'it'\\''s'");
  expect(withoutShell("cargo test")).toBe("cargo test");
});

describe("steps", () => {
  const item = (over: Partial<Item>): Item => ({
    id: "i", turn_id: "u", thread_id: "t", seq: 1, kind: "other", status: "done", text: "", started_at: 0, ended_at: 2000, ...over,
  });

  test("of every kind have words", () => {
    const rows: [Partial<Item>, string][] = [
      [{ kind: "raw_reasoning" }, "Thought for 2.0 s"],
      [{ kind: "reasoning", status: "open", ended_at: null }, "Thinking"],
      [{ kind: "reasoning", status: "cut", ended_at: null }, "Thought"],
      [{ kind: "proposal" }, "Proposed plan"],
      [{ kind: "compaction" }, "Earlier messages were summed up"],
      [{ kind: "subagent", tool: "spawn_agent", agents: ["/main/a"] }, "Started agent a"],
      [{ kind: "subagent", tool: "wait", agents: ["a", "b", "c"] }, "Waited for agents a, b and 1 more"],
      [{ kind: "subagent", tool: "new_thing", agents: [] }, "New thing other agents"],
      [{ kind: "subagent", tool: "report", agents: ["01a22464-43f6-7493-af4d-5df49d32e9a5"] }, "Heard from agent e9a5"],
      [{ kind: "image", path: "out/a.png" }, "Picture a.png"],
      [{ kind: "image", path: "", status: "failed" }, "No picture"],
      [{ kind: "hook", event: "pre_tool_use" }, "Hook at pre tool use"],
      [{ kind: "notice", text: "mcp_server_failed: notes: no such program" }, "Tool did not start: notes: no such program"],
      [{ kind: "notice", text: "tools_starting: waits for notes to start" }, "Waits for notes to start"],
      [{ kind: "notice", text: "model_rerouted: a answers instead of b" }, "Model rerouted: a answers instead of b"],
      [{ kind: "notice", text: "https: is no code" }, "https: is no code"],
    ];
    for (const [over, words] of rows) expect(stepWords(item(over))).toBe(words);
  });

  test("say how they ended, and how long the source says they took", () => {
    expect(stepResult(item({ kind: "command", exit_code: 101 }), false)).toEqual({ text: "exit 101", mood: "bad" });
    expect(stepResult(item({ kind: "command", exit_code: 0 }), false)).toEqual({ text: "exit 0", mood: "calm" });
    expect(stepResult(item({ kind: "command", status: "declined" }), false)?.text).toBe("Declined");
    expect(stepResult(item({ kind: "command", status: "cut" }), false)?.text).toBe("Ended with the turn");
    expect(stepResult(item({ kind: "plan" }), false)).toBeNull();
    expect([stepTook(item({ kind: "command", took: 400 })), stepTook(item({ kind: "command" })), stepTook(item({ kind: "notice" }))]).toEqual(["0.4 s", "2.0 s", ""]);
  });
});

test("who has to sign in before a turn goes on is named, as long as that helps", () => {
  const admin = (name: string) => ({ name, role: "admin" as const });
  const tom = { name: "Tom", role: "member" as const };
  expect(whoSignsIn(admin("Mara"), [admin("Mara"), tom])).toBe("you have signed in");
  expect(whoSignsIn(tom, [admin("Mara"), tom])).toBe("Mara has signed in: ask them");
  expect(whoSignsIn(tom, ["A", "B", "C"].map(admin))).toBe("A, B or C has signed in: ask them");
  expect(whoSignsIn(tom, ["A", "B", "C", "D"].map(admin))).toBe("an admin has signed in");
  expect(whoSignsIn(undefined, [])).toBe("an admin has signed in");
});

test("a fork says how much it carries over", () => {
  for (const [messages, left_out, words] of [[1, 0, "1 message"], [2, 0, "2 messages"], [50, 12, "50 messages, 12 older left out"], [0, 0, "No messages"]] as const) {
    expect(carriedWords({ messages, left_out })).toBe(words);
  }
});
