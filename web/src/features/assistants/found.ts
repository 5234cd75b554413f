/** What the start shows as found on this machine: the assistants, and programs that no assistant uses yet. Pure. */
import type { Available, Finding } from "../../api/house";
import type { Assistant } from "../../api/types";

/** A program of the doctor's report: where it is, of what version, signed in as whom. */
export interface Program {
  command: string;
  title: string;
  place: string | null;
  version: string | null;
  account: string | null;
  /** What stands in the way, in words, and what to do about it. */
  problem: string | null;
  fix: string | null;
  /** The assistant that it can be turned on as; null where this version has no use for it. */
  offers: Available | null;
}

export function programsOf(checks: Finding[], available: Available[]): Program[] {
  const programs = new Map<string, Program>();
  for (const { code, title, state, said, fix } of checks) {
    const [, command, part] = /^(codex|gemini|claude)\.(program|version|login)$/.exec(code) ?? [];
    if (!command || !part) continue;
    const known = programs.get(command) ?? {
      command, title, place: null, version: null, account: null, problem: null, fix: null,
      offers: available.find((one) => one.backend === command) ?? null,
    };
    const well = state === "ok";
    const [first = ""] = said.split("\n");
    if (part === "program") programs.set(command, { ...known, title, ...(well ? { place: first } : { problem: said, fix }) });
    else if (part === "version") programs.set(command, { ...known, version: first.split(",")[0] ?? null });
    else programs.set(command, { ...known, ...(well ? { account: said } : { problem: said, fix }) });
  }
  return [...programs.values()];
}

export const programFor = (programs: Program[], assistant: Assistant) => programs.find((one) => one.command === assistant.backend);

/** Those that no assistant uses; what is of no use to this version is not worth a line on the start. */
export function unused(programs: Program[], assistants: Assistant[]): Program[] {
  return programs.filter(({ offers, command }) => offers !== null && !assistants.some((one) => one.backend === command));
}

/** `~/.local/bin/codex` for what lies in somebody's home. */
export const shortPlace = (place: string) => place.replace(/^\/(?:home|Users)\/[^/]+\//, "~/");
