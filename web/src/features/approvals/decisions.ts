/** The words of decisions: on their buttons, and afterwards. Pure. */
import type { Id, Millis, Question } from "../../api/types";
import type { Body } from "./body";

export interface Button { decision: string; label: string; key: string | null; look: "primary" | "" | "last" }

const labels: Record<string, string> = {
  accept: "Accept", accept_for_session: "Accept for session", accept_with_amendment: "Accept and remember", accept_with_network_amendment: "Accept and remember host", accept_always: "Always accept",
  answer: "Answer", decline: "Decline", cancel: "Cancel turn",
};
const keys: Record<string, string> = { accept: "A", accept_for_session: "S", decline: "D", answer: "⌘↵", cancel: "⌘." };

export function buttonsOf({ offered, kind }: Pick<Question, "offered" | "kind">): Button[] {
  const allows = kind === "link" || kind === "tool";
  return offered.map((decision, at) => ({
    decision,
    label: decision === "accept" && allows ? "Allow" : labels[decision] ?? decision.replaceAll("_", " "),
    key: keys[decision] ?? null,
    look: decision === "cancel" ? "last" : at === 0 && decision !== "decline" ? "primary" : "",
  }));
}

/** Which decision a letter means on this card; null when it is not offered. */
export function decisionOfKey(question: Pick<Question, "offered">, key: string): string | null {
  const meant = { a: "accept", s: "accept_for_session", d: "decline" }[key.toLowerCase()];
  return meant && question.offered.includes(meant) ? meant : null;
}

/** The letters do nothing so long after the card came or took the focus: whoever typed on did not mean it. */
export const GRACE_MS = 300;

/** What a no, or an end, does not need to be complete for. */
export const needsContent = (decision: string) => decision !== "decline" && decision !== "cancel";

/** What can be decided about a body: of one that lacks what it is about only a no. */
export const takable = (question: Question, body: Body): Question =>
  body.is === "other" && body.broken ? { ...question, offered: question.offered.filter((one) => !needsContent(one)) } : question;

const done: Record<string, string> = {
  accept: "Accepted", accept_for_session: "Accepted for session", accept_with_amendment: "Accepted and remembered", accept_with_network_amendment: "Accepted and host remembered", accept_always: "Always accepted",
  answer: "Answered", decline: "Declined", cancel: "Turn cancelled",
};

export type Outcome = "yes" | "no" | "gone";

/** `over` is when its turn ended, if it has. */
export function outcomeOf(question: Question, over: Millis | null, now: Millis): { text: string; is: Outcome } {
  const { decision, state, expires_at: expires } = question;
  if (decision) return { text: done[decision] ?? decision.replaceAll("_", " "), is: needsContent(decision) ? "yes" : "no" };
  // Nobody is told when a question became void; if it was still open when its time was up, that is why.
  if (state === "void" && expires !== null && expires <= Math.min(over ?? now, now)) return { text: "Expired", is: "gone" };
  return { text: "Withdrawn", is: "gone" };
}

export function byWhom(question: Pick<Question, "decided_by">, me: Id | undefined, nameOf: (person: Id) => string): string {
  if (!question.decided_by) return "";
  return question.decided_by === me ? "by you" : `by ${nameOf(question.decided_by)}`;
}
