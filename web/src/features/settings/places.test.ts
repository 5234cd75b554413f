import { expect, test } from "vitest";
import { actions } from "./actions";
import { found, placesFor } from "./places";

test("a setting is found by what it does, not only by its name", () => {
  const names = (typed: string) => found(placesFor("admin"), typed).map((place) => place.name);
  expect(names("dark")).toEqual(["Profile"]);
  expect(names("invite")).toEqual(["People and roles"]);
  expect(names("sign out")).toEqual(["Profile", "Sessions"]);
  expect(names("nothing of the kind")).toEqual([]);
});

test("members are not shown what only admins may see", () => {
  expect(placesFor("member").map((place) => place.section)).not.toContain("audit");
  expect(placesFor("admin").map((place) => place.section)).toContain("audit");
});

test("the health of the server is everybody's to look at, each as far as they may see", () => {
  expect(placesFor("member").map((place) => place.section)).toContain("health");
});

test("the audit can be asked for the end of a session and for threads that were opened and closed", () => {
  const written = actions.flatMap(([, noun, verbs]) => verbs.map((verb) => `${noun}.${verb}`));
  expect(written).toEqual(expect.arrayContaining(["session.end", "thread.open", "thread.close"]));
});
