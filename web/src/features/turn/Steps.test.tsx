import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { HeldItem } from "../../state/model";
import { Steps } from "./Steps";

const item = (over: Partial<HeldItem>): HeldItem => ({
  id: "i", kind: "other", turn_id: "u", thread_id: "t", seq: 1, status: "done", text: "", started_at: 0, ended_at: 1000, bytes: 0, ...over,
});
const draw = (over: Partial<HeldItem>, live = false) => renderToStaticMarkup(<Steps items={[item(over)]} live={live} />);
const words = (html: string) => html.replace(/<svg.*?<\/svg>/g, "").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").trim();

test("a command tells how it ended and how long it ran", () => {
  const html = draw({ kind: "command", command: "make", exit_code: 2, took: 2500, text: "no rule" });
  expect(html).toContain('<span class="bad">exit 2</span>');
  expect(words(html)).toContain("2.5 s");
  expect(words(draw({ kind: "command", command: "make", status: "declined" }))).toContain("Declined");
  expect(words(draw({ kind: "command", command: "make", status: "open", ended_at: null }))).toContain("Ended with the turn");
  expect(words(draw({ kind: "command", command: "make", status: "open", ended_at: null }, true))).toContain("running");
});

test("a tool call shows what it was given, how far it is, and what came of it", () => {
  const open = draw({ kind: "tool_call", tool: "read", server: "hub", arguments: { a: 1 }, progress: "half", status: "open", ended_at: null }, true);
  expect(words(open)).toMatch(/Called read on hub.*Arguments.*half/);
  const failed = words(draw({ kind: "tool_call", tool: "read", progress: "half", status: "failed", text: "no such thing" }));
  expect(failed).toMatch(/failed.*Error.*no such thing/);
  expect(failed).not.toContain("half");
});

test("a plan is open while it is followed", () => {
  const steps = [{ text: "a", done: true, doing: false }, { text: "b", done: false, doing: true }, { text: "c", done: false, doing: false }];
  const html = draw({ kind: "plan", steps, status: "open", ended_at: null }, true);
  expect(html).toContain('<details class="step" open=""');
  expect(html).toContain('class="now" aria-current="step"');
  expect(draw({ kind: "plan", steps })).not.toContain("open=");
});

test("what was summed up is a mark, a proposal a card, a picture its path", () => {
  expect(draw({ kind: "compaction" })).toContain('class="summed" role="separator"');
  expect(draw({ kind: "proposal", text: "# Do\n\nthis", status: "open" })).toContain('class="proposal"');
  expect(words(draw({ kind: "image", path: "out/a.png" }))).toMatch(/Picture a.png.*out\/a.png/);
});

test("a thought as it was is behind its summary", () => {
  const html = renderToStaticMarkup(
    <Steps items={[item({ id: "a", kind: "reasoning", text: "short" }), item({ id: "b", kind: "raw_reasoning", text: "long" })]} live={false} />,
  );
  expect(words(html)).toMatch(/^Thought for 1.0 s short Show as it was thought long$/);
});

test("what an agent does stands below the step that started it, and says whose it is where that step is not", () => {
  const started = item({ id: "s", kind: "subagent", tool: "spawn_agent", agents: ["a"] });
  const does = item({ id: "d", kind: "command", command: "ls", agent: "a" });
  const below = renderToStaticMarkup(<Steps items={[started, does]} live={false} />);
  expect(below).toContain('role="group" aria-label="What agent a did"');
  expect(words(below)).toBe("Started agent a 1.0 s ls 1.0 s $ ls");
  expect(words(renderToStaticMarkup(<Steps items={[does]} live={false} />))).toMatch(/ls.*agent a/);
});
