import { expect, test } from "vitest";
import type { Message, Turn } from "../../api/types";
import type { Exchange } from "../../state/view";
import { sameStretch, stretchesOf, stretchWith } from "./stretches";

const message = (seq: number, by = "other", created_at = 1_700_000_000_000 + seq): Message => ({ id: `m${seq}`, seq, created_at, author: { id: by }, edited_at: null }) as unknown as Message;
const asked = (seq: number, by?: string): Exchange => ({ key: `m${seq}`, message: message(seq, by), answers: [] });
const answered = (seq: number, reply: number | null, state = "done"): Exchange => ({
  ...asked(seq, "me"),
  answers: [{ turn: { id: `t${seq}`, state } as Turn, earlier: [], reply: reply === null ? null : message(reply, "assistant") }],
});
const reader = { me: "me", readTo: null };
const all = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => asked(from + at));

test("a message is in the same stretch whatever was loaded around it", () => {
  const some = stretchesOf(all(30, 60), reader);
  const more = stretchesOf(all(1, 60), reader);
  for (const { key, rows } of some.slice(1)) {
    const twin = more.find((stretch) => stretch.key === key);
    expect(twin?.rows.map(({ exchange }) => exchange.key)).toEqual(rows.map(({ exchange }) => exchange.key));
  }
  expect(new Set(more.map(({ key }) => key)).size).toBe(more.length);
});

test("a day is named where it begins", () => {
  const day = 86_400_000;
  const rows = stretchesOf([1, 2, 3].map((seq) => ({ ...asked(seq), message: message(seq, "other", 1_700_000_000_000 + (seq > 1 ? day : 0)) })), reader).flatMap((stretch) => stretch.rows);
  expect(rows.map((row) => row.day !== null)).toEqual([true, true, false]);
});

test("the line stands before the first news of others, once, and never for one's own words", () => {
  const line = (exchanges: Exchange[], readTo: number | null) => stretchesOf(exchanges, { me: "me", readTo }).flatMap(({ rows }) => rows).filter((row) => row.unread).map(({ exchange }) => exchange.key);
  expect(line([asked(1), asked(2, "me"), asked(3), asked(4)], 1)).toEqual(["m3"]);
  expect(line([asked(1), asked(2)], 2)).toEqual([]);
  expect(line([asked(1), asked(2)], null)).toEqual([]);
  expect(line([asked(1), answered(2, 4), asked(3, "me")], 3)).toEqual(["m2"]);
  expect(line([asked(1), asked(2)], 0)).toEqual([]);
});

test("a stretch is drawn again only when what it draws is another", () => {
  const exchanges = [answered(1, null, "running"), asked(2)];
  const [before] = stretchesOf(exchanges, reader);
  const [same] = stretchesOf(exchanges.map((one) => ({ ...one })), reader);
  const [ended] = stretchesOf([{ ...exchanges[0]!, answers: [{ ...exchanges[0]!.answers[0]!, turn: { id: "t1", state: "done" } as Turn }] }, exchanges[1]!], reader);
  const [edited] = stretchesOf([exchanges[0]!, { ...exchanges[1]!, message: { ...exchanges[1]!.message } }], reader);
  expect(sameStretch(before!, same!)).toBe(true);
  expect(sameStretch(before!, ended!)).toBe(false);
  expect(sameStretch(before!, edited!)).toBe(false);
});

test("an answer is looked for where its question stands", () => {
  const stretches = stretchesOf([...all(1, 30), answered(31, 90)], reader);
  expect(stretchWith(stretches, 90)).toBe(stretches.at(-1)?.key);
  expect(stretchWith(stretches, 91)).toBeNull();
});
