import { expect, test } from "vitest";
import type { CapabilityRow } from "../api/types";
import { type Control, whyNot, whyNotOwn } from "./controls";

const row = (name: string, note: string | null): CapabilityRow => ({ name, title: name, has: note === null, note });
const all: Control[] = ["model", "effort", "fast", "permission", "folder", "home", "plan", "compact", "steer", "files"];
const hangs: Record<string, Control[]> = {
  models: ["model"], efforts: ["effort"], fast: ["fast"], edits: ["permission", "folder"], plans: ["plan"], compacts: ["compact"], steers: ["steer"],
  attachments: ["files"], own_home: ["home"],
};
const names = Object.keys(hangs);

test("each control hangs on one capability, and gives the server's reason", () => {
  for (const [name, controls] of Object.entries(hangs)) {
    const without = { capabilities: names.map((one) => row(one, one === name ? "it cannot" : null)) };
    expect(all.filter((control) => whyNot(control, without) === "it cannot"), name).toEqual(controls);
    expect(all.filter((control) => whyNot(control, without) !== null)).toEqual(controls);
  }
});
test("a model may lack what its assistant has", () => {
  const has = { capabilities: names.map((one) => row(one, null)) };
  const bare = { name: "Mini", efforts: [], tiers: [] };
  expect(whyNot("effort", has, bare)).toBe("Mini has no levels to choose");
  expect(whyNot("fast", has, bare)).toBe("Mini has no fast mode");
  expect(whyNot("plan", has, bare)).toBeNull();
});
test("an older server that says nothing of it takes nothing away", () => {
  for (const control of all) expect(whyNot(control, { capabilities: [] })).toBeNull();
});
test("the own home is for the admin whose assistant it is, alone", () => {
  const mara = { id: "mara", role: "admin" as const };
  expect(whyNotOwn("mara", mara, null)).toBeNull();
  expect(whyNotOwn("mara", mara, "others can write here")).toBe("others can write here");
  expect(whyNotOwn("mara", { ...mara, role: "member" }, null)).toContain("only an admin");
  for (const [owner, me] of [["nils", mara], [undefined, mara], [undefined, undefined]] as const) expect(whyNotOwn(owner, me, null)).toContain("assistant’s owner");
});
