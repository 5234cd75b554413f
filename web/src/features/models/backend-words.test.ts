import { expect, test } from "vitest";
import { methodOf, programName, saidHere, waysOf, whyOff } from "./backend-words";

test("what is off says where that changes", () => {
  const one = { state: "off" as const, enabled: "off", on: false, title: "Codex", switched: true };
  expect(whyOff({ ...one, switched: false })).toMatch(/switch above/);
  expect(whyOff(one)).toMatch(/turned off here/);
  expect(whyOff({ ...one, enabled: "auto" })).toMatch(/Auto/);
  expect(whyOff({ ...one, state: "ready", enabled: "on", on: true })).toBeNull();
  expect(whyOff({ ...one, state: "not_installed", enabled: "auto" })).toBeNull();
});
test("this page is not called by its name on it", () => {
  expect(saidHere("sign in with ChatGPT in Settings > Models, or run `codex login`")).toBe("sign in with ChatGPT here, or run `codex login`");
  expect(saidHere("sign out in Settings > Models and sign in there, or not")).toBe("sign out here and sign in here, or not");
  expect(saidHere("install it, where there is none")).toBe("install it, where there is none");
});
test("a program is called by its own name", () => {
  expect(programName("/usr/local/bin/codex")).toBe("codex");
  expect(programName("C:\\Tools\\codex.exe")).toBe("codex");
});
test("pasting is a way of the browser’s, and the key comes last", () => {
  expect(waysOf(["api_key", "device", "browser"])).toEqual(["browser", "paste", "device", "api_key"]);
  expect(waysOf(["api_key"])).toEqual(["api_key"]);
  expect(waysOf(["browser", "api_key"]).map(methodOf)).toEqual(["browser", "browser", "api_key"]);
});
