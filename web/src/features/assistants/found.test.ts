import { expect, test } from "vitest";
import type { Finding } from "../../api/house";
import type { Assistant } from "../../api/types";
import { programsOf, shortPlace, unused } from "./found";

const finding = (code: string, over: Partial<Finding>): Finding => ({
  code, group: "assistants", state: "ok", title: "Codex CLI", said: "", fix: null, outcome: null, assistant: null, ...over,
});

const offer = (backend: string) => ({ backend, handle: `of-${backend}`, name: backend, account: "ChatGPT plan", note: "", demo: false });

test("the checks of one program become one line", () => {
  expect(programsOf([
    finding("server.port", { said: "running" }),
    finding("codex.program", { said: "/home/mara/.local/bin/codex\nnot used: 0.150.0 at /usr/bin/codex" }),
    finding("codex.version", { title: "Version", said: "0.169.0, tested" }),
    finding("codex.login", { title: "Login", state: "warning", said: "no login", fix: "run `codex login`" }),
  ], [offer("codex")])).toEqual([{
    command: "codex", title: "Codex CLI", place: "/home/mara/.local/bin/codex", version: "0.169.0", account: null,
    problem: "no login", fix: "run `codex login`", offers: offer("codex"),
  }]);
});

test("a program that an assistant uses is not told twice, one that is of no use not at all", () => {
  const programs = programsOf([finding("codex.program", {}), finding("gemini.program", {}), finding("claude.program", { state: "off" })], [offer("codex"), offer("gemini")]);
  const assistant = { id: "a1", backend: "codex", handle: "one" } as Assistant;
  expect(unused(programs, [assistant]).map((one) => one.command)).toEqual(["gemini"]);
});

test("a home is written short", () => {
  expect(["/home/mara/bin/codex", "/Users/mara/bin/codex", "/usr/bin/codex"].map(shortPlace))
    .toEqual(["~/bin/codex", "~/bin/codex", "/usr/bin/codex"]);
});
