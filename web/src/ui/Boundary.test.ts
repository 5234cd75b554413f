import { expect, test } from "vitest";
import { Boundary } from "./Boundary";

test("what could not be drawn stays so until it is another", () => {
  const of = {};
  const held = { of, ...Boundary.getDerivedStateFromError("deep") } as { of: unknown; error: Error | null };
  expect(held.error?.message).toBe("deep");
  const props = { children: null, instead: () => null };
  expect(Boundary.getDerivedStateFromProps({ ...props, of }, held)).toBeNull();
  expect(Boundary.getDerivedStateFromProps({ ...props, of: {} }, held)?.error).toBeNull();
});
