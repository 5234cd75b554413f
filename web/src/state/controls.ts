/**
 * What a person can choose or do, and what it needs of whoever answers: the one table. What is not to be had is drawn greyed, with the
 * server's own reason. Pure.
 */
import type { Id, Model, ModelGroup, Session } from "../api/types";

export type Control = "model" | "effort" | "fast" | "permission" | "folder" | "home" | "plan" | "compact" | "steer" | "files";

/** The capability that each hangs on, by its name on the wire. */
const needs: Record<Control, string> = {
  model: "models", effort: "efforts", fast: "fast", permission: "edits", folder: "edits", home: "own_home", plan: "plans", compact: "compacts", steer: "steers",
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

/**
 * Why turns cannot work in the own home of whoever looks, as the server would say it; `shared` is why others' words come in. Whether
 * there were any before is for the server to know.
 */
export function whyNotOwn(owner: Id | undefined, me: Pick<Session["person"], "id" | "role"> | undefined, shared: string | null): string | null {
  if (!me || owner !== me.id) return "the own home is that of the assistant’s owner";
  if (me.role !== "admin") return "only an admin’s turns may work in their own home";
  return shared;
}
