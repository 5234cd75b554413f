/** The words for what a turn ran with and what it used, at its head, at its foot and beside it. Pure. */
import type { ModelGroup, Network, Permission, Turn, Usage } from "../../api/types";
import { effortWord } from "../../state/models";
import { sentence } from "../../state/words";

export const permissionWords: Record<Permission, string> = { read_only: "Read only", standard: "Standard", full: "Full access" };

/** `840`, `9.2k`, `318k`, `1.2M` tokens. */
export function tokens(count: number): string {
  const short = (value: number) => (value < 9.95 ? Number(value.toFixed(1)) : Math.round(value));
  if (count < 1000) return String(count);
  return count < 999_500 ? `${short(count / 1000)}k` : `${short(count / 1_000_000)}M`;
}

type Ran = NonNullable<Turn["ran_with"]>;

/** What its commands could reach. */
export const networkWords: Record<Network, string> = { off: "Off", asks: "Off, asks first", on: "On" };

/** `GPT-5.5, high`: by the name that its backend gives the model, else by its id. Empty where nobody said. */
export function modelWords(ran: Ran | null | undefined, models: ModelGroup["models"] = []): string {
  if (!ran?.model) return "";
  const known = models.find((one) => one.id === ran.model);
  const level = known?.efforts.find((one) => one.id === ran.effort);
  return [known?.name ?? ran.model, ran.effort ? effortWord(ran.effort, level?.name).toLowerCase() : null].filter(Boolean).join(", ");
}

export interface Part { key: "tier" | "permission" | "folder" | "home"; text: string }

/** What the own home means for a turn, in words. */
export const homeWords = (ran: Pick<Ran, "permission">): string => (ran.permission === "full" ? "own home" : "own home, whose rules run unasked and outside the sandbox");

/** What else it ran with, each in a word; what nobody said is left out. */
export function ranWith(ran: Ran): Part[] {
  const parts: (Part | null)[] = [
    ran.tier ? { key: "tier", text: ran.tier.replaceAll("_", " ") } : null,
    { key: "permission", text: permissionWords[ran.permission] ?? ran.permission },
    { key: "folder", text: ran.folder ?? "private folder" },
    ran.home === "own" ? { key: "home", text: homeWords(ran) } : null,
  ];
  return parts.filter((part) => part !== null);
}

export const noteSentences = (ran: Turn["ran_with"]): string[] => (ran?.notes ?? []).map(sentence).filter((note) => note !== "");

/** `318k in, 81% cached`, `9.2k out`. */
export function usedWords(usage: Usage): string[] {
  if (usage.input + usage.output === 0) return [];
  const cached = usage.input > 0 ? Math.floor((usage.cached / usage.input) * 100) : 0;
  return [`${tokens(usage.input)} in${cached > 0 ? `, ${cached}% cached` : ""}`, `${tokens(usage.output)} out`];
}

/** How full the conversation was, 0 to 100; null where nobody knows how much fits. */
export function fullness(usage: Usage): number | null {
  if (!usage.window || usage.context <= 0) return null;
  return Math.min(100, Math.max(1, Math.round((usage.context / usage.window) * 100)));
}
