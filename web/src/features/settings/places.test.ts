import { expect, test } from "vitest";
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
