/** What a line that begins with a slash can do. Pure: owns the names and what they need, not the doing. */

export interface Command {
  name: string;
  label: string;
  /** What follows the name, if something has to. */
  needs: string | null;
  /** What may follow it, where it does something without as well. */
  takes?: string;
  act: (rest: string) => void;
}

/** The command word that is being typed at the very start; null when there is none. */
export function commandAtCaret(text: string, caret: number): string | null {
  const found = /^\/([a-z]*)$/i.exec(text.slice(0, caret));
  return found && !/^\S/.test(text.slice(caret)) ? (found[1] ?? "").toLowerCase() : null;
}

export const commandsFor = (typed: string, all: Command[]): Command[] => all.filter((one) => one.name.startsWith(typed));

/** The command that a whole text is, with what follows its name. A path such as `/etc/hosts` is none. */
export function commandIn(text: string, all: Command[]): { command: Command; rest: string } | null {
  const found = /^\/([a-z]+)(?:\s+([\s\S]*))?$/i.exec(text.trim());
  const command = all.find((one) => one.name === found?.[1]?.toLowerCase());
  const rest = found?.[2]?.trim() ?? "";
  if (!command) return null;
  if (!command.takes && (command.needs === null) !== (rest === "")) return null;
  return { command, rest };
}
