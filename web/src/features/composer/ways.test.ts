import { expect, test } from "vitest";
import { type Standing, waysOf } from "./ways";

const way = (over: Partial<Standing>) => {
  const { usual, other } = waysOf({ waits: true, steered: { assistant: "a" }, direct: "a", asked: [{ id: "a" }], files: false, ...over });
  return `${usual}, else ${other}`;
};

test("what is sent while an answer runs goes where it is meant for", () => {
  expect(way({})).toBe("steer, else queue");
  // Among people, and what names somebody else, waits.
  expect(way({ direct: null })).toBe("queue, else steer");
  expect(way({ asked: [{ id: "a" }, { id: "b" }] })).toBe("queue, else steer");
  // The thread got another assistant while this one still works.
  expect(way({ direct: "b", asked: [{ id: "b" }] })).toBe("queue, else steer");
  // No words can be taken.
  expect(way({ steered: null })).toBe("queue, else post");
  expect(way({ files: true })).toBe("queue, else post");
  expect(way({ waits: false, steered: null })).toBe("post, else post");
});
