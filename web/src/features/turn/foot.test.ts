import { expect, test } from "vitest";
import type { Usage } from "../../api/types";
import { fullness, modelWords, noteSentences, ranWith, tokens, usedWords } from "./foot";

const usage = (over: Partial<Usage>): Usage => ({ input: 0, cached: 0, output: 0, reasoning: 0, context: 0, window: null, ...over });

test("tokens are counted in thousands", () => {
  expect([0, 840, 1000, 9_240, 9_960, 318_400, 999_600, 1_240_000].map(tokens)).toEqual(["0", "840", "1k", "9.2k", "10k", "318k", "1M", "1.2M"]);
});

test("what it ran with is told where it is known", () => {
  const ran = { model: "m-1", effort: "high", tier: null, permission: "full" as const, folder: null, network: "asks" as const, home: "house" as const, notes: ["the folder is gone", "asked for more."] };
  expect(ranWith(ran).map(({ text }) => text)).toEqual(["Full access", "private folder"]);
  expect(ranWith({ ...ran, permission: "read_only", home: "own" }).at(-1)?.text).toBe("own home, whose rules run unasked and outside the sandbox");
  expect(noteSentences(ran)).toEqual(["The folder is gone.", "Asked for more."]);
  expect(noteSentences(null)).toEqual([]);
  const model = { id: "m-1", name: "Model One", efforts: [{ id: "high", name: "high" }] } as never;
  expect(modelWords(ran, [model])).toBe("Model One, high");
  expect(modelWords({ ...ran, effort: "xhigh" })).toBe("m-1, extra high");
  expect(modelWords({ ...ran, model: null })).toBe("");
  expect(modelWords(null)).toBe("");
});

test("what it used, and how full the conversation is", () => {
  expect(usedWords(usage({ input: 318_000, cached: 258_000, output: 9_200 }))).toEqual(["318k in, 81% cached", "9.2k out"]);
  expect(usedWords(usage({}))).toEqual([]);
  expect(fullness(usage({ context: 33_000, window: 272_000 }))).toBe(12);
  expect(fullness(usage({ context: 10, window: 272_000 }))).toBe(1);
  expect(fullness(usage({ context: 300_000, window: 272_000 }))).toBe(100);
  expect(fullness(usage({ context: 10 }))).toBeNull();
});
