import { expect, test } from "vitest";
import { isLong, refusal, unsupported } from "./files";

const MB = 1024 * 1024;

test("a file that is too large is refused with both numbers", () => {
  expect(refusal({ size: 12.3 * MB }, [])).toBe("too large: 12.3 MB, at most 10 MB");
  expect(refusal({ size: 10 * MB }, [])).toBe(null);
  expect(refusal({ size: 0 }, [])).toBe("empty: there is nothing in it");
});

test("what was refused before counts neither as a file nor as bytes", () => {
  const there = (count: number, size: number, state: "done" | "failed" = "done") => Array.from({ length: count }, () => ({ size, state }));
  expect(refusal({ size: 1 }, there(10, 1))).toBe("too many: at most 10 files with one message");
  expect(refusal({ size: 1 }, there(10, 1, "failed"))).toBe(null);
  expect(refusal({ size: 8 * MB }, there(2, 9 * MB))).toBe("too much: 26 MB with one message, at most 25 MB");
});

test("an assistant that cannot read a kind is named before sending", () => {
  const asked = [{ handle: "one", accepts: ["text", "image", "pdf"] }, { handle: "two", accepts: ["text"] }];
  expect(unsupported({ kind: "pdf" }, asked)).toBe("@two does not take PDFs");
  expect(unsupported({ kind: "text" }, asked)).toBe(null);
  expect(unsupported({ kind: "image" }, [{ handle: "old" }])).toBe(null);
  const blind = [{ handle: "one", accepts: ["text", "image"], model: { name: "Mini", inputs: ["text"] } }];
  expect(unsupported({ kind: "image" }, blind)).toBe("Mini does not take images");
  expect(unsupported({ kind: "text" }, blind)).toBe(null);
  expect(unsupported({ kind: "image" }, [{ handle: "one", model: { name: "New", inputs: [] } }])).toBe(null);
});

test("a long text is many characters or many lines", () => {
  expect(isLong("a".repeat(4000))).toBe(false);
  expect(isLong("a".repeat(4001))).toBe(true);
  expect(isLong("a\n".repeat(79))).toBe(false);
  expect(isLong("a\n".repeat(80))).toBe(true);
});
