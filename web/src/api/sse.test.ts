import { describe, expect, test } from "vitest";
import { SseParser } from "./sse";

const stream = 'id: e.1\nevent: turn\ndata: {"a":1}\n\n: beat\n\nevent: delta\r\ndata: one\r\ndata: two\r\n\r\ndata: bare\n\n';
const frames = [
  { id: "e.1", event: "turn", data: '{"a":1}' },
  { id: undefined, event: "delta", data: "one\ntwo" },
  { id: undefined, event: "message", data: "bare" },
];

describe("an event stream", () => {
  test("gives the same frames however it is cut", () => {
    for (let size = 1; size <= stream.length; size++) {
      const parser = new SseParser();
      const got = [];
      for (let at = 0; at < stream.length; at += size) got.push(...parser.push(stream.slice(at, at + size)).frames);
      expect(got, `pieces of ${size}`).toEqual(frames);
    }
  });

  test("a comment is life but no event", () => {
    expect(new SseParser().push(": still here\n\n")).toEqual({ frames: [], alive: true });
  });

  test("an id belongs to its own event only", () => {
    const { frames } = new SseParser().push("id: e.7\ndata: x\n\ndata: y\n\n");
    expect(frames.map((frame) => frame.id)).toEqual(["e.7", undefined]);
  });
});
