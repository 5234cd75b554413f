import { expect, test } from "vitest";
import { isAddress, loginEnd } from "./login";

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
