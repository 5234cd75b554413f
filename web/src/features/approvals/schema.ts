/** Forms as a JSON schema asks for them: flat, of simple fields. Which fields there are, and what is wrong with what stands in them. Pure. */
import { listOf, shapeOf, textOf } from "./body";

/** What stands in a field; of a choice of many, all that are chosen. */
export type Value = string | boolean | string[];
export interface Choice { value: string; label: string }
export interface FormField {
  name: string;
  label: string;
  hint: string;
  type: "text" | "number" | "integer" | "boolean" | "choice" | "many";
  format: string;
  required: boolean;
  choices: Choice[];
  start: Value;
  min: number | null;
  max: number | null;
  minLength: number | null;
  maxLength: number | null;
}
export type Values = Record<string, Value>;

const numberOf = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);

export function fieldsOf(schema: unknown): FormField[] {
  const { properties, required } = shapeOf(schema);
  const must = new Set(listOf(required).map(textOf));
  return Object.entries(shapeOf(properties)).map(([name, given]): FormField => {
    const of = shapeOf(given);
    const many = of["type"] === "array";
    const choices = choicesOf(many ? shapeOf(of["items"]) : of);
    const type = many ? "many" : choices.length ? "choice" : of["type"] === "boolean" || of["type"] === "number" || of["type"] === "integer" ? of["type"] : "text";
    const start = of["default"];
    return {
      name, type, choices, label: textOf(of["title"]) || name, hint: textOf(of["description"]), format: textOf(of["format"]), required: must.has(name),
      start: type === "many" ? listOf(start).map(textOf) : type === "boolean" ? start === true : typeof start === "number" ? String(start) : textOf(start),
      min: numberOf(of[many ? "minItems" : "minimum"]), max: numberOf(of[many ? "maxItems" : "maximum"]), minLength: numberOf(of["minLength"]), maxLength: numberOf(of["maxLength"]),
    };
  });
}

function choicesOf(of: Record<string, unknown>): Choice[] {
  const titled = [...listOf(of["oneOf"]), ...listOf(of["anyOf"])].map(shapeOf);
  const names = listOf(of["enumNames"]).map(textOf);
  return titled.length
    ? titled.map((one) => ({ value: textOf(one["const"]), label: textOf(one["title"]) || textOf(one["const"]) }))
    : listOf(of["enum"]).map((one, at) => ({ value: textOf(one), label: names[at] || textOf(one) }));
}

export const startOf = (fields: FormField[]): Values => Object.fromEntries(fields.map((field) => [field.name, field.start]));

/** What is wrong with a field as it stands; null when nothing is. */
export function wrongWith(field: FormField, value: Value | undefined): string | null {
  if (field.type === "boolean") return null;
  if (field.type === "many") {
    const chosen = Array.isArray(value) ? value.length : 0;
    if (chosen === 0) return field.required ? "Choose at least one" : null;
    if (field.min !== null && chosen < field.min) return `Choose at least ${field.min}`;
    return field.max !== null && chosen > field.max ? `Choose at most ${field.max}` : null;
  }
  const text = typeof value === "string" ? value : "";
  if (text.trim() === "") return field.required ? (field.type === "choice" ? "Choose one" : "This is needed") : null;
  if (field.type === "choice") return field.choices.some((choice) => choice.value === text) ? null : "Choose one";
  if (field.type === "text") {
    if (field.minLength !== null && [...text].length < field.minLength) return `At least ${field.minLength} characters`;
    if (field.maxLength !== null && [...text].length > field.maxLength) return `At most ${field.maxLength} characters`;
    return null;
  }
  const number = Number(text);
  if (!Number.isFinite(number)) return "This is no number";
  if (field.type === "integer" && !Number.isInteger(number)) return "A whole number is needed";
  if (field.min !== null && number < field.min) return `At least ${field.min}`;
  return field.max !== null && number > field.max ? `At most ${field.max}` : null;
}

/** What is sent: what was left empty is left out. */
export function contentOf(fields: FormField[], values: Values): Record<string, Value | number> {
  const all = fields.flatMap((field): [string, Value | number][] => {
    const value = values[field.name];
    if (field.type === "boolean") return [[field.name, value === true]];
    if (Array.isArray(value)) return value.length ? [[field.name, value]] : [];
    if (typeof value !== "string" || value.trim() === "") return [];
    return [[field.name, field.type === "number" || field.type === "integer" ? Number(value) : value]];
  });
  // No name, not even `__proto__`, is more than a name.
  return Object.fromEntries(all);
}
