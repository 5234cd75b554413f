import { expect, test } from "vitest";
import { type Command, commandAtCaret, commandIn, commandsFor } from "./commands";

const command = (name: string, needs: string | null = null): Command => ({ name, label: name, needs, act: () => {} });
const all = [command("stop"), command("rename", "a title"), { ...command("model"), takes: "name" }];

test("commands are offered for a slash at the very start only", () => {
  const rows: [string, string | null][] = [["/", ""], ["/st", "st"], ["/ST", "st"], ["a /st", null], ["/stop now", null], ["//", null], ["/etc/hosts", null], ["", null]];
  for (const [text, typed] of rows) expect(commandAtCaret(text, text.length), text).toBe(typed);
  expect(commandAtCaret("/stop", 1)).toBe(null);
  expect(commandsFor("re", all).map((one) => one.name)).toEqual(["rename"]);
});

test("a text is a command only with what the command needs", () => {
  const rows: [string, [string, string] | null][] = [
    ["/stop", ["stop", ""]], ["/stop ", ["stop", ""]], ["/stop that", null], ["/rename A new name", ["rename", "A new name"]], ["/rename", null],
    ["/etc/hosts", null], ["/unknown", null], ["/model", ["model", ""]], ["/model gpt-5.5", ["model", "gpt-5.5"]], ["stop", null],
  ];
  for (const [text, found] of rows) {
    const told = commandIn(text, all);
    expect(told && [told.command.name, told.rest], text).toEqual(found);
  }
});
