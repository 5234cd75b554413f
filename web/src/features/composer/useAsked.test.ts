import { expect, test } from "vitest";
import type { Assistant } from "../../api/types";
import { askedIn } from "./mentions";
import { confirmed, isInTheWay } from "./useAsked";

const chatgpt = { id: "a1", handle: "chatgpt", accepts: ["image", "text"] } as unknown as Assistant;
const gemini = { id: "a2", handle: "gemini", accepts: ["image", "text", "pdf"] } as unknown as Assistant;

test("a name that only looks like a mention stands in no file's way once the server said so", () => {
  const guess = askedIn("~~~\n@chatgpt\n~~~\n@gemini read this", [chatgpt, gemini], null);
  const pdf = [{ kind: "pdf" as const }];
  expect(isInTheWay(guess, pdf)).toBe(true);
  const asked = confirmed(guess, null, [{ assistant_id: "a2" }]);
  expect(asked).toEqual([gemini]);
  expect(isInTheWay(asked, pdf)).toBe(false);
});

test("the one that answers every message is asked without being named", () => {
  expect(confirmed([chatgpt], "a1", [])).toEqual([chatgpt]);
});
