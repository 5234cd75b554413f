/** The lines of the model picker: what fits the words typed, favourites first, then group by group. Pure. */
import type { Assistant, Id, Model, ModelGroup } from "../../api/types";
import { whyNot } from "../../state/controls";
import { backendWords } from "../../state/models";

export interface Line {
  key: string;
  group: ModelGroup;
  /** Null for the one line of a group that has no models. */
  model: Model | null;
  /** Why it cannot be chosen now; null where it can. */
  off: string | null;
  favourite: boolean;
}
export interface Section { name: string; group: ModelGroup | null; lines: Line[] }

export const favouriteKey = (group: Pick<ModelGroup, "backend">, model: Pick<Model, "id">) => `${group.backend}/${model.id}`;

export interface SectionsAsk { groups: ModelGroup[]; typed: string; favourites: string[]; assistants: Record<Id, Pick<Assistant, "usable" | "enabled">> }

export function sectionsFor({ groups, typed, favourites, assistants }: SectionsAsk): Section[] {
  const asked = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = (group: ModelGroup, model: Model) => {
    const words = `${model.name} ${model.id} ${group.title} ${group.backend} ${group.handle ?? ""}`.toLocaleLowerCase();
    return asked.every((part) => words.includes(part));
  };
  const liked: Line[] = [];
  const sections: Section[] = [];
  for (const group of groups) {
    const off = whyOff(group, assistants);
    const lines: Line[] = [];
    for (const model of group.models) {
      if (!fits(group, model)) continue;
      const line: Line = { key: favouriteKey(group, model), group, model, off, favourite: favourites.includes(favouriteKey(group, model)) };
      (line.favourite ? liked : lines).push(line);
    }
    if (group.models.length === 0 && asked.every((part) => `${group.title} ${group.backend}`.toLocaleLowerCase().includes(part))) {
      lines.push({ key: group.backend, group, model: null, off: off ?? whyNot("model", group) ?? "no models known", favourite: false });
    }
    if (lines.length) sections.push({ name: group.title, group, lines });
  }
  return liked.length ? [{ name: "Favourites", group: null, lines: liked }, ...sections] : sections;
}

function whyOff(group: ModelGroup, assistants: SectionsAsk["assistants"]): string | null {
  if (group.state !== "ready") return backendWords[group.state].toLowerCase();
  const assistant = group.assistant_id ? assistants[group.assistant_id] : undefined;
  if (!assistant) return "no assistant";
  return assistant.usable ? null : assistant.enabled ? "not open to you" : "its assistant is off";
}
