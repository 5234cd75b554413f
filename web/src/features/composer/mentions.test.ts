import { expect, test } from "vitest";
import type { Assistant, Person, Turn } from "../../api/types";
import { type Around, askedIn, candidatesFor, wordAtCaret } from "./mentions";

test("a mention starts at an @ that begins a word", () => {
  const rows: [string, string | null][] = [
    ["@", ""], ["@ch", "ch"], ["hello @ch", "ch"], ["(@ch", "ch"], ["line\n@mara/ch", "mara/ch"],
    ["mail@example", null], ["@ch ", null], ["@@ch", null], ["no", null], ["", null],
  ];
  for (const [text, typed] of rows) expect(wordAtCaret(text, text.length)?.typed ?? null, text).toBe(typed);
});

test("only what stands before the caret counts", () => {
  expect(wordAtCaret("@chat now", 3)).toEqual({ start: 0, typed: "ch" });
  expect(wordAtCaret("@chat now", 9)).toBe(null);
});

const assistant = (id: string, more: Partial<Assistant> = {}) =>
  ({ id, handle: id, name: id, usable: true, state: "ready", hint: null, message: null, ...more }) as Assistant;
const person = (id: string) => ({ id, handle: id, name: id, role: "member" }) as Person;
const around = (more: Partial<Around> = {}): Around => ({ assistants: [], people: [], turns: [], here: {}, thread: "t", me: "me", ...more });

test("the list says who answers at once, who later, and what keeps one from answering", () => {
  const turns = [{ thread_id: "t", assistant: "busy", state: "running" } as Turn];
  const assistants = [assistant("idle"), assistant("busy"), assistant("out", { usable: false, state: "not_signed_in", hint: "run `sign in`" })];
  const told = candidatesFor("", around({ assistants, turns })).map(({ handle, state, unusable, remedy }) => [handle, state, unusable, remedy]);
  expect(told).toEqual([
    ["idle", "ready", false, null], ["busy", "will queue", false, null], ["out", "not signed in", true, "run `sign in`"],
  ]);
});

test("people who are here come first, and oneself never", () => {
  const people = [person("ada"), person("bea"), person("me")];
  const told = candidatesFor("", around({ people, here: { bea: {} } })).map(({ handle, state }) => [handle, state]);
  expect(told).toEqual([["bea", "here now"], ["ada", ""]]);
});

test("an assistant is asked by its whole handle outside code, or by a direct thread", () => {
  const all = [assistant("gem"), assistant("gemini"), assistant("d")];
  const rows: [string, string[]][] = [
    ["@gem go", ["gem"]], ["@Gemini.", ["gemini"]], ["(@gem, @gemini)", ["gem", "gemini"]], ["`@gem`", []], ["```\n@gem\n```", []], ["a@gem", []],
  ];
  for (const [text, handles] of rows) expect(askedIn(text, all, null).map((one) => one.handle), text).toEqual(handles);
  expect(askedIn("no name", all, "d").map((one) => one.handle)).toEqual(["d"]);
});
