import { expect, test } from "vitest";
import { keyName } from "./keyname";

test("keys are called what is printed on them", () => {
  expect(["⌘K", "⌘.", "⌘⇧M", "⇧Enter", "⌘Enter", "C"].map((keys) => keyName(keys, false))).toEqual(["Ctrl K", "Ctrl .", "Ctrl Shift M", "Shift Enter", "Ctrl Enter", "C"]);
  expect(keyName("⌘K", true)).toBe("⌘K");
});
