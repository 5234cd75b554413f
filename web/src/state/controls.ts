/**
 * What a person can choose or do, and what it needs of whoever answers: the one table. What is not to be had is drawn greyed, with the
 * server's own reason. Pure.
 */
import type { Model, ModelGroup } from "../api/types";

export type Control = "model" | "effort" | "fast" | "permission" | "folder" | "plan" | "compact" | "steer" | "files";

/** The capability that each hangs on, by its name on the wire. */
const needs: Record<Control, string> = {
  model: "models", effort: "efforts", fast: "fast", permission: "edits", folder: "edits", plan: "plans", compact: "compacts", steer: "steers",
  files: "attachments",
};

type Asked = Pick<ModelGroup, "capabilities">;
type Chosen = Pick<Model, "name" | "efforts" | "tiers">;

/** Why a control is of no use with whoever is asked, and the model that would answer; null where it is of use, or nobody has said. */
export function whyNot(control: Control, asked: Asked, model?: Chosen): string | null {
  const row = asked.capabilities.find((one) => one.name === needs[control]);
  if (row && !row.has) return row.note ?? "not with this assistant";
  if (control === "effort" && model?.efforts.length === 0) return `${model.name} has no levels to choose`;
  if (control === "fast" && model?.tiers.length === 0) return `${model.name} has no fast mode`;
  return null;
}
