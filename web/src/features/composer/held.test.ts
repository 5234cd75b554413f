import { expect, test } from "vitest";
import { heldWords } from "./held";

test("a queue that holds a message which cannot be sent does not blame an answer", () => {
  expect(heldWords("refused")).toBe("the next message cannot be sent as it is");
  expect(heldWords("unheard of")).toBe("the last answer failed");
});
