import { expect, test } from "vitest";
import type { Item, TurnError } from "../../api/types";
import { reconnecting, worthShowing } from "./notices";

const notice = (text: string): Pick<Item, "kind" | "text"> => ({ kind: "notice", text });
const failed = (error: Partial<TurnError>) => ({
  state: "failed" as const, error: { code: "upstream_failed", message: "", hint: null, detail: null, retry_at: null, ...error } as TurnError,
});
const texts = (items: { text: string }[]) => items.map(({ text }) => text);

test("a limit is told once, without what the vendor would like to sell", () => {
  const upsell = "You've hit your usage limit. Upgrade to Pro (https://example.org/pricing) or try again at 3:40 PM.";
  const turn = failed({ code: "rate_limited", message: "the plan's limit is used up", detail: `${upsell}` });
  expect(worthShowing([notice(upsell), notice("something else")], turn).map(({ text }) => text)).toEqual(["something else"]);
  expect(worthShowing([notice("Visit the settings to purchase more credits.")], turn)).toEqual([]);
});

test("a remark that repeats the failure is left to the end card, others stay", () => {
  const turn = failed({ message: "the stream ended early", detail: "stream disconnected before completion" });
  const items = [notice("Stream disconnected before completion."), notice("model metadata was not found"), { kind: "text" as const, text: "stream disconnected before completion" }];
  expect(texts(worthShowing(items, turn))).toEqual(["model metadata was not found", "stream disconnected before completion"]);
});

test("trying again is a state and no step", () => {
  const items = [notice("Reconnecting... 2/5 (stream disconnected)")];
  expect(reconnecting(items, { state: "running", stop_wanted: false })).toBe("Reconnecting, 2 of 5");
  expect(reconnecting([...items, { kind: "text", text: "on" }], { state: "running", stop_wanted: false })).toBeNull();
  expect(reconnecting(items, { state: "done", stop_wanted: false })).toBeNull();
  expect(worthShowing(items, { state: "running", error: null })).toEqual([]);
});
