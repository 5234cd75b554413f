import { describe, expect, test } from "vitest";
import type { Model, ModelGroup } from "../api/types";
import { contextOf, dropped, effortNamed, effortOf, effortWord, limitName, meterKind, modelIn, modelNamed, percentWord, resetWord, tokens, whyLater, whyNone } from "./models";

const model = (id: string, over: Partial<Model> = {}): Model => ({
  id, name: id.toUpperCase(), description: "", default_effort: null, efforts: ["low", "medium", "xhigh"].map((one) => ({ id: one, name: one, description: "" })),
  hidden: false, inputs: ["text"], is_default: false, tiers: [], verified: true, ...over,
});
const group = (backend: string, models: Model[], over: Partial<ModelGroup> = {}): ModelGroup => ({
  backend, title: backend, handle: null, assistant_id: null, capabilities: [], default_model: null, limits: [], models, problem: null, state: "ready", ...over,
});
const codex = group("codex", [model("gpt-5.4"), model("gpt-5.5", { name: "GPT-5.5", is_default: true })], { title: "Codex", handle: "chatgpt" });
const claude = group("claude", [model("sonnet"), model("gpt-5.5")], { title: "Claude" });

describe("the model that answers", () => {
  test("is the chosen one only where it belongs", () => {
    expect(modelIn(codex, { backend: "codex", model: "gpt-5.4" })?.id).toBe("gpt-5.4");
    expect(modelIn(codex, { backend: null, model: "gpt-5.4" })?.id).toBe("gpt-5.4");
    expect(modelIn(codex, { backend: "claude", model: "gpt-5.4" })?.id).toBe("gpt-5.5");
    expect(modelIn(codex, { backend: "codex", model: "gone" })).toBeUndefined();
    expect(modelIn(group("codex", [model("a", { hidden: true, is_default: true }), model("b")]), { backend: null, model: null })?.id).toBe("b");
    expect(modelIn(group("codex", [model("a", { hidden: true })]), { backend: null, model: "a" })).toBeUndefined();
    expect(modelIn({ ...codex, default_model: "gpt-5.4" }, { backend: null, model: null })?.id).toBe("gpt-5.4");
  });
  test("is missed before anything is sent", () => {
    const none = { backend: null, model: null };
    expect(whyNone([codex, claude], none)).toBeNull();
    expect(whyNone([codex], { backend: "codex", model: "gone" })).toBe("Codex has no model gone now");
    expect(whyNone([claude], { backend: "codex", model: "gone" })).toBeNull();
    expect(whyNone([{ ...codex, default_model: "gone" }], none)).toBe("the usual model of Codex cannot be used now");
    expect(whyNone([{ ...codex, state: "not_installed" }], none)).toBe("Codex is not installed");
    expect(whyNone([{ ...codex, state: "not_signed_in" }], { backend: "codex", model: "gone" }), "it waits for the login").toBeNull();
    expect(whyLater([claude, { ...codex, state: "not_signed_in" }])).toEqual({ backend: codex.backend, why: "Codex is not signed in" });
    expect(whyLater([claude, codex])).toBeNull();
    expect(whyNone([{ ...codex, state: "unavailable" }], none)).toBeNull();
    expect(whyNone([group("demo", [])], { backend: null, model: "any" })).toBeNull();
  });
  test("is named by id, by name and by its backend", () => {
    const named = (typed: string, first?: ModelGroup) => {
      const found = modelNamed([claude, codex], typed, first);
      return found ? `${found.group.backend} ${found.model.id}` : null;
    };
    expect(named("GPT-5.4")).toBe("codex gpt-5.4");
    expect(named("gpt-5.5")).toBe("claude gpt-5.5");
    expect(named("gpt-5.5", codex)).toBe("codex gpt-5.5");
    expect(named("codex")).toBe("codex gpt-5.5");
    expect(named("openai-codex")).toBe("codex gpt-5.5");
    expect(named("Claude")).toBe("claude sonnet");
    expect(named("gpt-9")).toBeNull();
  });
});

describe("effort", () => {
  test("has the same word with every model, and becomes what the server makes of it", () => {
    const levels = (...ids: string[]) => ids.map((id) => ({ id, name: id, description: "" }));
    expect(effortWord("xhigh", "XHigh")).toBe("Extra high");
    expect(effortWord("max", "max")).toBe("Max");
    expect(effortOf(model("a"), "medium")).toBe("medium");
    expect(effortOf(model("a", { efforts: levels("low", "high"), default_effort: "low" }), "max")).toBe("high");
    expect(effortOf(model("a", { default_effort: "medium" }), null)).toBe("medium");
    expect(effortOf(model("a"), " ")).toBe("xhigh");
    expect(effortOf(model("a", { efforts: [] }), "max")).toBe("max");
    const mini = model("mini", { name: "Mini", efforts: levels("low", "medium") });
    expect(dropped(mini, { effort: "xhigh", fast: true })).toEqual(["Mini has no Extra high: thinks at Medium", "Mini has no fast mode"]);
    expect(dropped(mini, { effort: null, fast: false })).toEqual([]);
  });
  test("is understood as it is typed", () => {
    expect(effortNamed(model("a"), "Extra High")).toBe("xhigh");
    expect(effortNamed(model("a"), "XHIGH")).toBe("xhigh");
    expect(effortNamed(model("a"), "huge")).toBeNull();
  });
});

describe("meters", () => {
  test("warn from 75 and are never full too early", () => {
    expect([0, 74.9, 75, 99.9, 100, 120].map(meterKind)).toEqual(["", "", "high", "high", "full", "full"]);
    expect([0, 42.4, 99.7, 100, 130].map(percentWord)).toEqual(["0%", "42%", "99%", "100%", "100%"]);
  });
  test("say when they begin anew", () => {
    const now = new Date(2026, 10, 27, 14, 0).getTime();
    expect(resetWord(new Date(2026, 10, 27, 16, 20).getTime(), now)).toBe("resets 16:20");
    expect(resetWord(new Date(2026, 10, 30, 9, 0).getTime(), now)).toBe("resets Monday 09:00");
    expect(resetWord(new Date(2026, 11, 12, 9, 0).getTime(), now)).toBe("resets 12 Dec 09:00");
    expect(resetWord(now - 1, now)).toBe("resets now");
    expect(resetWord(null, now)).toBe("");
  });
  test("are called by their length", () => {
    expect(limitName({ id: "codex/primary", window_minutes: 300 })).toBe("5 hours");
    expect(limitName({ id: "codex/secondary", window_minutes: 10_080 })).toBe("Week");
    expect(limitName({ id: "codex/individual", window_minutes: null })).toBe("Own limit");
    expect(limitName({ id: "gpt-5.5_mini/secondary", window_minutes: 10_080 })).toBe("GPT-5.5 mini, week");
  });
  test("read the context from the newest turn that tells it", () => {
    const usage = (context: number) => ({ input: 1, cached: 0, output: 1, reasoning: 0, context, window: 200_000 });
    const turns = [
      { thread_id: "t", queued_at: 1, usage: usage(10_000) }, { thread_id: "t", queued_at: 2, usage: usage(50_000) },
      { thread_id: "t", queued_at: 3, usage: null }, { thread_id: "other", queued_at: 4, usage: usage(1) },
    ];
    expect(contextOf(turns, "t")?.percent).toBe(25);
    expect(contextOf(turns, "nowhere")).toBeNull();
    expect([900, 102_700, 1_000_000].map(tokens)).toEqual(["900", "103k", "1M"]);
  });
});

