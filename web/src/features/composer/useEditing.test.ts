import { expect, test } from "vitest";
import { withReleased } from "./useEditing";

test("a queued message that is sent while it is changed leaves the change in the draft", () => {
  expect(withReleased("", "one", "one and more")).toBe("one and more");
  expect(withReleased("a draft", "one", "one and more")).toBe("a draft\none and more");
  expect(withReleased("a draft", "one", "one")).toBe("a draft");
  expect(withReleased("a draft", "one", " ")).toBe("a draft");
});
