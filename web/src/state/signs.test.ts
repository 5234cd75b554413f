import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Signs } from "./signs";

const said: unknown[] = [];
const bodies = () => said.splice(0);

beforeEach(() => {
  said.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
    const { thread_id, typing } = JSON.parse(String(init.body)) as { thread_id: string | null; typing: boolean };
    said.push([thread_id, typing]);
    return new Response(null, { status: 204 });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("leaving one thread for another is one sign", () => {
  const signs = new Signs();
  signs.at("t1");
  vi.advanceTimersByTime(1);
  signs.at(null);
  signs.at("t2");
  vi.advanceTimersByTime(1);
  signs.at("t2");
  vi.advanceTimersByTime(1);
  expect(bodies()).toEqual([["t1", false], ["t2", false]]);
});

test("who goes on writing says so every three seconds, not with every letter", () => {
  const signs = new Signs();
  for (let letter = 0; letter < 40; letter++) {
    signs.typing("t1");
    vi.advanceTimersByTime(100);
  }
  expect(bodies()).toEqual([["t1", true], ["t1", true]]);
});

test("who sends or pauses has stopped", () => {
  const signs = new Signs();
  signs.typing("t1");
  vi.advanceTimersByTime(1);
  signs.stopped();
  vi.advanceTimersByTime(1);
  expect(bodies()).toEqual([["t1", true], ["t1", false]]);
  signs.typing("t1");
  vi.advanceTimersByTime(10_000);
  expect(bodies()).toEqual([["t1", true], ["t1", false]]);
});

test("a sign that does not arrive is nobody's trouble", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("no line");
  });
  const signs = new Signs();
  signs.at("t1");
  await vi.advanceTimersByTimeAsync(1);
});
