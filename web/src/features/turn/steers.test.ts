import { expect, test } from "vitest";
import type { Steer } from "../../api/types";
import type { HeldItem } from "../../state/model";
import type { Part } from "../../state/view";
import { wordsBefore } from "./Steers";

const steer = (id: string, created_at: number) => ({ id, created_at }) as Steer;
const step = (started_at: number) => ({ started_at }) as HeldItem;
const steps = (started_at: number): Part => ({ is: "steps", key: `s${started_at}`, items: [step(started_at)] });
const text = (key: string): Part => ({ is: "text", key, text: "x", open: false });

test("words stand where they were said, each once", () => {
  const all = [steer("a", 5), steer("b", 15), steer("c", 25)];
  const held = { t20: step(20) };
  const placed = (parts: Part[]) => Array.from({ length: parts.length + 1 }, (_, at) => wordsBefore(all, parts, held, at).map((one) => one.id));
  expect(placed([steps(10), text("t20")])).toEqual([["a"], ["b"], ["c"]]);
  expect(placed([])).toEqual([["a", "b", "c"]]);
  expect(placed([steps(10), text("reply")])).toEqual([["a"], ["b", "c"], []]);
  expect(placed([text("reply")])).toEqual([["a", "b", "c"], []]);
});
