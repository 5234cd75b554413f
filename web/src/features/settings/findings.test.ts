import { expect, test } from "vitest";
import type { Report } from "../../api/house";
import { lastReport, reported } from "./findings";

test("what one person was shown of the server's health is not shown to the next one", () => {
  const report = { checks: [] } as unknown as Report;
  reported("p1", report);
  expect(lastReport("p1")).toBe(report);
  expect(lastReport("p2")).toBeNull();
  expect(lastReport(undefined)).toBeNull();
});
