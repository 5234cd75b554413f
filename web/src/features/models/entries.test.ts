import { expect, test } from "vitest";
import type { Model, ModelGroup } from "../../api/types";
import { sectionsFor } from "./entries";

const model = (id: string): Model => ({
  id, name: id, description: "", default_effort: null, efforts: [], hidden: false, inputs: [], is_default: false, tiers: [], verified: true,
});
const group = (backend: string, models: string[], over: Partial<ModelGroup> = {}): ModelGroup => ({
  backend, title: backend, handle: backend, assistant_id: backend, capabilities: [], default_model: null, limits: [], models: models.map(model), problem: null, state: "ready", ...over,
});
const assistants = { codex: { usable: true, enabled: true }, claude: { usable: false, enabled: true } };
const ask = { groups: [group("codex", ["a", "b"]), group("claude", ["c"]), group("gemini", [], { state: "not_signed_in" })], typed: "", favourites: [] as string[], assistants };
const drawn = (over: Partial<typeof ask>) =>
  sectionsFor({ ...ask, ...over }).map((section) => `${section.name}: ${section.lines.map((line) => line.key + (line.off ? ` (${line.off})` : "")).join(", ")}`);

test("everything is listed, what cannot be used with its reason", () => {
  expect(drawn({})).toEqual(["codex: codex/a, codex/b", "claude: claude/c (not open to you)", "gemini: gemini (not signed in)"]);
});
test("favourites come first and stand in one place", () => {
  expect(drawn({ favourites: ["codex/b"] })[0]).toBe("Favourites: codex/b");
  expect(drawn({ favourites: ["codex/b"] })[1]).toBe("codex: codex/a");
});
test("every word typed has to be in the model or its group", () => {
  expect(drawn({ typed: "codex b" })).toEqual(["codex: codex/b"]);
  expect(drawn({ typed: "gem" })).toEqual(["gemini: gemini (not signed in)"]);
  expect(drawn({ typed: "nothing" })).toEqual([]);
});
