import { expect, test } from "vitest";
import { isAddress, loginEnd, programName, whyOff } from "./backend-words";

test("what is off says where that changes", () => {
  const one = { state: "off" as const, enabled: "off", on: false, title: "Codex", switched: true };
  expect(whyOff({ ...one, switched: false })).toMatch(/switch above/);
  expect(whyOff(one)).toMatch(/turned off here/);
  expect(whyOff({ ...one, enabled: "auto" })).toMatch(/Auto/);
  expect(whyOff({ ...one, state: "ready", enabled: "on", on: true })).toBeNull();
  expect(whyOff({ ...one, state: "not_installed", enabled: "auto" })).toBeNull();
});
test("a sign-in that did not go well says why and what to do", () => {
  expect(loginEnd({ state: "failed", message: "the key was refused", hint: "check it" })).toEqual({ said: "The key was refused.", hint: "Check it." });
  expect(loginEnd({ state: "expired", message: null, hint: null })?.hint).toMatch(/Start again/);
  expect(loginEnd({ state: "waiting", message: null, hint: null })).toBeNull();
  expect(loginEnd({ state: "done", message: null, hint: null })).toBeNull();
});
test("only an address with something to hand over is taken", () => {
  expect(isAddress(" http://localhost:1455/auth/callback?code=a&state=b ")).toBe(true);
  expect(isAddress("localhost:1455")).toBe(false);
  expect(isAddress("http://localhost:1455/")).toBe(false);
});
test("a program is called by its own name", () => {
  expect(programName("/usr/local/bin/codex")).toBe("codex");
  expect(programName("C:\\Tools\\codex.exe")).toBe("codex");
});
