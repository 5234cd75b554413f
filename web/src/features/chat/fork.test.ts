import { expect, test } from "vitest";
import type { Turn } from "../../api/types";
import { staysAsItIs } from "./fork";

const turn = (id: string, message_id: string, state: Turn["state"]) => ({ [id]: { id, message_id, state } as Turn });

test("a message that was answered stays as it is, one that was not is asked again in its place", () => {
  const rows: [Record<string, Turn>, boolean][] = [
    [{}, false],
    [turn("a", "m", "failed"), false],
    [turn("a", "m", "cancelled"), false],
    [turn("a", "m", "abandoned"), false],
    [turn("a", "other", "done"), false],
    [turn("a", "m", "done"), true],
    [{ ...turn("a", "m", "failed"), ...turn("b", "m", "done") }, true],
  ];
  for (const [turns, stays] of rows) expect(staysAsItIs("m", turns)).toBe(stays);
});
