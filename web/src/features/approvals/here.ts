/** What was decided on this page; so that an answer from another device can be told as one. */
import type { Id } from "../../api/types";

export const decidedHere = new Set<Id>();
