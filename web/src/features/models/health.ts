/** How a backend is, in a word and a lamp. Pure. */
import type { Backend, ModelGroup } from "../../api/types";
import { backendWords, tightest } from "../../state/models";
import type { LampKind } from "../../state/words";

type Told = Pick<ModelGroup | Backend, "state" | "limits">;

const isFull = (one: Told) => (tightest(one.limits)?.used_percent ?? 0) >= 100;

export const groupLamp = (one: Told): LampKind =>
  one.state === "ready" ? (isFull(one) ? "needs" : "ready") : one.state === "off" ? "off" : "failed";

export const groupState = (one: Told): string => (one.state === "ready" && isFull(one) ? "Limit reached" : one.state === "ready" ? "Healthy" : backendWords[one.state]);
