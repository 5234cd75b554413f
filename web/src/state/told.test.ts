import { describe, expect, test } from "vitest";
import type { Assistant, Backend, Person } from "../api/types";
import { asking, type Change } from "./change";
import { emptyState, type State } from "./model";
import { reduce } from "./reduce";

const name = (id: string, now: string) => ({ id, name: now, version: now, models: [] });

/** Each kind as the stream tells it and as an answer does. */
const kinds: Record<string, {
  one: (id: string, now: string, asked?: { since: number | undefined }) => Change;
  all: (since: State["seen"], ...items: [string, string][]) => Change;
  gone?: (id: string) => Change;
  held: (state: State) => Record<string, string>;
}> = {
  backend: {
    one: (id, now, asked) => ({ type: "backend", ...(asked ? { asked } : {}), backend: name(id, now) as unknown as Backend }),
    all: (since, ...items) => ({ type: "backends", since, items: items.map(([id, now]) => name(id, now) as unknown as Backend) }),
    held: ({ backends }) => Object.fromEntries(Object.entries(backends ?? {}).map(([id, one]) => [id, one.version ?? ""])),
  },
  assistant: {
    one: (id, now, asked) => ({ type: "assistant", ...(asked ? { asked } : {}), assistant: name(id, now) as unknown as Assistant }),
    all: (since, ...items) => ({ type: "assistants", since, assistants: items.map(([id, now]) => name(id, now) as unknown as Assistant) }),
    gone: (id) => ({ type: "assistant_deleted", id }),
    held: ({ assistants }) => Object.fromEntries(Object.entries(assistants).map(([id, one]) => [id, one.name])),
  },
  person: {
    one: (id, now, asked) => ({ type: "person", ...(asked ? { asked } : {}), person: name(id, now) as unknown as Person }),
    all: (since, ...items) => ({ type: "people", since, people: items.map(([id, now]) => name(id, now) as unknown as Person) }),
    gone: (id) => ({ type: "person_removed", id }),
    held: ({ people }) => Object.fromEntries(Object.entries(people).map(([id, one]) => [id, one.name])),
  },
};

describe.each(Object.entries(kinds))("an answer about each %s", (kind, { one, all, gone, held }) => {
  const before = reduce(emptyState(), one("a", "1"));
  const spoken = reduce(before, one("a", "3"));

  test("counts unless the stream has spoken of it since it was asked for", () => {
    const asked = asking(before, `${kind}:a`);
    expect(held(reduce(before, one("a", "2", asked)))).toEqual({ a: "2" });
    expect(held(reduce(spoken, one("a", "2", asked)))).toEqual({ a: "3" });
    expect(held(reduce(spoken, all(before.seen, ["a", "2"], ["b", "1"])))).toEqual({ a: "3", b: "1" });
    expect(held(reduce(spoken, all(spoken.seen, ["a", "4"])))).toEqual({ a: "4" });
  });

  test("leaves out what is gone, and nothing that came since", () => {
    const more = reduce(before, one("b", "1"));
    expect(held(reduce(more, all(more.seen, ["b", "1"])))).toEqual({ b: "1" });
    expect(held(reduce(more, all(before.seen, ["a", "1"])))).toEqual({ a: "1", b: "1" });
  });

  if (gone) test("does not bring back what went since", () => {
    const went = reduce(before, gone("a"));
    expect(held(reduce(went, all(before.seen, ["a", "1"])))).toEqual({});
    expect(held(reduce(went, one("a", "2", asking(before, `${kind}:a`))))).toEqual({});
  });
});
