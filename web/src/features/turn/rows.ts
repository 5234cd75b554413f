/** Which items share a row of the steps, and what a tool was given and gave, as it is read. Pure. */
import type { HeldItem } from "../../state/model";

/** `raw`: the thought as it was, behind the summary that is its row. `doings`: what the agents did that were set to work in it. */
export interface Row { item: HeldItem; raw: HeldItem | null; doings: Row[] }

/**
 * A raw thought goes with the summary beside it, whichever of the two came first; one without a summary is a row of its own. What an
 * agent does goes below the first row that names it, wherever it came: several work at once. Where none does, it keeps its place.
 */
export function rowsOf(items: HeldItem[]): Row[] {
  const rows: Row[] = [];
  const agents = new Map<string, Row[]>();
  for (const item of items) {
    const doings = item.agent ? agents.get(item.agent) : undefined;
    if (doings) {
      doings.push({ item, raw: null, doings: [] });
      continue;
    }
    const last = rows.at(-1);
    if (item.kind === "raw_reasoning" && last?.item.kind === "reasoning" && !last.raw) last.raw = item;
    else if (item.kind === "reasoning" && last?.item.kind === "raw_reasoning") rows[rows.length - 1] = { item, raw: last.item, doings: [] };
    else rows.push({ item, raw: null, doings: [] });
    const row = rows.at(-1);
    for (const agent of item.agents ?? []) if (row && !agents.has(agent)) agents.set(agent, row.doings);
  }
  return rows;
}

/** Beyond this JSON stays on the line it came on. */
const LONGEST_JSON = 200_000;

/** JSON with one value a line; what is no JSON stays as it is. The backend may hand arguments over as text that holds JSON. */
export function pretty(value: unknown): { text: string; json: boolean } {
  if (value === undefined || value === null) return { text: "", json: false };
  if (typeof value !== "string") return { text: JSON.stringify(value, null, 2), json: true };
  const text = value.trim();
  if (!/^[[{]/.test(text) || text.length > LONGEST_JSON) return { text, json: false };
  try {
    return { text: JSON.stringify(JSON.parse(text), null, 2), json: true };
  } catch {
    return { text, json: false };
  }
}

/** The end of what is printed: a window of a few lines shows no more, and laying out megabytes for it would take its time. */
export function endOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const from = text.length - most;
  const line = text.indexOf("\n", from);
  return text.slice(line < 0 || line > from + 2000 ? from : line + 1);
}

export function lineCount(text: string): number {
  if (text === "") return 0;
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
