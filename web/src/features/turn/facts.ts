/** What is told of a turn beside its card: its plan, the files it changed or would change, what it did last. Pure. */
import type { Id, Millis, Question } from "../../api/types";
import type { HeldItem } from "../../state/model";
import { filesOf, type Stat, statOf } from "../../ui/diff";
import type { PlanStep } from "./Checklist";

/** `asks` is the question that waits for whether it may be changed at all. */
export interface ChangedFile extends Stat { path: string; asks: Id | null }

/** The turn's own plan as it is followed now; those of its agents stand where they work. */
export const planOf = (items: HeldItem[]): PlanStep[] => items.findLast((item) => item.kind === "plan" && !item.agent && item.steps?.length)?.steps ?? [];

/** Each file once, in the order in which it was first touched; all changes together where the assistant tells them. */
export function changedFiles(items: HeldItem[], questions: Question[]): ChangedFile[] {
  const whole = filesOf(items.findLast((item) => item.kind === "turn_diff")?.text ?? "");
  const files = new Map<string, ChangedFile>();
  const add = (path: string, { added, removed }: Stat, asks: Id | null) => {
    const held = files.get(path);
    if (held && held.asks === asks) files.set(path, { ...held, added: held.added + added, removed: held.removed + removed });
    else if (!held || asks) files.set(path, { path, added, removed, asks });
  };
  for (const file of whole) add(file.path, file, null);
  for (const item of whole.length ? [] : items) {
    if (item.kind !== "file_change" || item.status === "declined" || item.status === "failed") continue;
    for (const { path, diff } of item.changes ?? []) add(path, statOf(diff ?? ""), null);
  }
  for (const question of questions) {
    if (question.state !== "asked" || question.kind !== "file_change") continue;
    for (const { path, diff } of proposed(question.body)) add(path, statOf(diff), question.id);
  }
  return [...files.values()];
}

/** The files in the body of a question, which is shown as it came; what has another shape is left to its card. */
function proposed(body: unknown): { path: string; diff: string }[] {
  const changes = (body as { changes?: unknown } | null)?.changes;
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((one: { path?: unknown; diff?: unknown } | null) =>
    (typeof one?.path === "string" && one.path ? [{ path: one.path, diff: typeof one.diff === "string" ? one.diff : "" }] : []));
}

/** More than this is a look into the thread. */
const BEFORE = 12;

/** The last things that were over before a moment, in their order; what still goes on is what is asked about. `left`: there was more. */
export function itemsBefore(items: HeldItem[], at: Millis, thinks: boolean): { items: HeldItem[]; left: boolean } {
  const over = items
    .filter((item) => item.status !== "open" && item.started_at <= at && item.kind !== "turn_diff" && item.kind !== "plan")
    .filter((item) => (thinks || !/reasoning$/.test(item.kind)) && (item.kind !== "text" || item.text.trim() !== ""))
    .sort((a, b) => a.seq - b.seq);
  return { items: over.slice(-BEFORE), left: over.length > BEFORE };
}

/** The name a person looks for, and where it is. */
export function nameAndPlace(path: string): { name: string; place: string } {
  const moved = path.split(" → ").at(-1) ?? path;
  const at = Math.max(moved.lastIndexOf("/"), moved.lastIndexOf("\\"));
  return at < 0 ? { name: moved, place: "" } : { name: moved.slice(at + 1) || moved, place: moved.slice(0, at) };
}

/** Whether two paths name one file: an assistant tells some from its folder and others from the root. */
export const isSameFile = (a: string, b: string) => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
