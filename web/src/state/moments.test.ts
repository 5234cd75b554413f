import { expect, test } from "vitest";
import { left, moment, past } from "./moments";

const now = new Date(2026, 10, 20, 14, 0).getTime();
const MINUTE = 60_000;

test("a moment has its day only when it is another day, and its year only when it is another year", () => {
  expect(moment(now + 21 * MINUTE, now)).toBe("14:21");
  expect(moment(new Date(2026, 10, 27, 9, 5).getTime(), now)).toMatch(/^Fri,? 27 Nov,? 09:05$/);
  expect(moment(new Date(2027, 0, 2, 9, 5).getTime(), now)).toMatch(/^2 Jan 2027,? 09:05$/);
});

test("what is left is told in minutes, hours, then days", () => {
  expect(left(now + 30_000, now)).toBe("in 1 m");
  expect(left(now + 218 * MINUTE, now)).toBe("in 3 h 38 m");
  expect(left(now + 7 * 1440 * MINUTE, now)).toBe("in 7 days");
});

test("what is more than a day past has its date", () => {
  expect(past(now - 5 * MINUTE, now)).toBe("5 min ago");
  expect(past(new Date(2026, 10, 18, 9, 5).getTime(), now)).toMatch(/18 Nov/);
});
