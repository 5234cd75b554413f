/** Why a queue is held, in the words of whoever looks at it. Pure. */

const reasons: Record<string, string> = {
  rate_limited: "the limit is used up",
  cancelled: "you stopped the answer",
  abandoned: "the answer was interrupted",
  timed_out: "the answer took too long",
  refused: "the next message cannot be sent as it is",
  not_signed_in: "the assistant is not signed in",
  not_installed: "the assistant is not installed",
  upstream_failed: "the assistant’s service could not be reached",
};

/** Every code that is not told apart is a failed answer: the log above says which. */
export const heldWords = (code: string): string => reasons[code] ?? "the last answer failed";
