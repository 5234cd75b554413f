import { expect, test } from "vitest";
import { contentOf, fieldsOf, startOf, wrongWith } from "./schema";

const schema = {
  type: "object", required: ["name", "count", "plan"],
  properties: {
    name: { type: "string", title: "Name", minLength: 2 },
    count: { type: "integer", minimum: 1, maximum: 5, default: 3 },
    share: { type: "number" },
    loud: { type: "boolean", default: true },
    plan: { type: "string", enum: ["free", "team"], enumNames: ["Free", "Team"] },
  },
};

test("a schema becomes fields with what they start with", () => {
  const fields = fieldsOf(schema);
  expect(fields.map((field) => [field.name, field.label, field.type, field.required])).toEqual([
    ["name", "Name", "text", true], ["count", "count", "integer", true], ["share", "share", "number", false],
    ["loud", "loud", "boolean", false], ["plan", "plan", "choice", true],
  ]);
  expect(startOf(fields)).toEqual({ name: "", count: "3", share: "", loud: true, plan: "" });
  expect(fields[4]?.choices).toEqual([{ value: "free", label: "Free" }, { value: "team", label: "Team" }]);
});

test("what is wrong is said, and what is empty is left out", () => {
  const fields = fieldsOf(schema);
  const wrong = (values: Record<string, string>) => fields.map((field) => wrongWith(field, values[field.name]));
  expect(wrong({})).toEqual(["This is needed", "This is needed", null, null, "Choose one"]);
  expect(wrong({ name: "a", count: "1.5", share: "x", plan: "other" })).toEqual(["At least 2 characters", "A whole number is needed", "This is no number", null, "Choose one"]);
  expect(wrong({ name: "ab", count: "9", plan: "free" })).toEqual([null, "At most 5", null, null, null]);
  expect(contentOf(fields, { name: " ab", count: "2", share: "", loud: false, plan: "team" })).toEqual({ name: " ab", count: 2, loud: false, plan: "team" });
});

test("a list is a choice of many, with its bounds", () => {
  const [many] = fieldsOf({ required: ["m"], properties: { m: { type: "array", maxItems: 1, items: { anyOf: [{ const: "x", title: "X" }, { const: "y" }] } } } });
  expect(many?.choices).toEqual([{ value: "x", label: "X" }, { value: "y", label: "y" }]);
  expect([[], ["x"], ["x", "y"]].map((value) => wrongWith(many!, value))).toEqual(["Choose at least one", null, "Choose at most 1"]);
  expect(contentOf([many!], { m: ["x"] })).toEqual({ m: ["x"] });
});

test("a schema of another shape has no fields", () => {
  expect(fieldsOf(null)).toEqual([]);
  expect(fieldsOf({ properties: [] })).toEqual([]);
});
