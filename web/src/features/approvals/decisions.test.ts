import { expect, test } from "vitest";
import type { Question } from "../../api/types";
import { bodyOf, gistOf, headOf, hostOf } from "./body";
import { buttonsOf, decisionOfKey, outcomeOf, takable } from "./decisions";

const question = (over: Partial<Question> = {}): Question => ({
  id: "q1", turn_id: "u1", thread_id: "t1", person_id: "p1", assistant_id: "a1", kind: "command", body: { command: "ls" },
  offered: ["accept", "accept_for_session", "decline", "cancel"], state: "asked", asked_at: 1, expires_at: null, decided_by: null, decided_at: null,
  decision: null, feedback: null, ...over,
});

test("only what is offered is a button or a key", () => {
  expect(buttonsOf(question()).map(({ label, look }) => [label, look])).toEqual([
    ["Accept", "primary"], ["Accept for session", ""], ["Decline", ""], ["Cancel turn", "last"],
  ]);
  expect(buttonsOf(question({ kind: "tool", offered: ["accept", "decline"] })).map(({ label }) => label)).toEqual(["Allow", "Decline"]);
  expect(decisionOfKey(question(), "a")).toBe("accept");
  expect(decisionOfKey(question({ offered: ["answer", "decline"] }), "a")).toBe(null);
  expect(decisionOfKey(question(), "x")).toBe(null);
});

test("how it went is told by the decision, else by the time", () => {
  expect(outcomeOf(question({ state: "delivered", decision: "accept_for_session" }), null, 9).text).toBe("Accepted for session");
  expect(outcomeOf(question({ state: "void", expires_at: 5 }), null, 9).text).toBe("Expired");
  expect(outcomeOf(question({ state: "void", expires_at: 5 }), 3, 9).text).toBe("Withdrawn");
  expect(outcomeOf(question({ state: "void" }), null, 9).text).toBe("Withdrawn");
});

test("bodies of another shape are read as far as they go", () => {
  expect(headOf(bodyOf(question({ body: { network: { host: "example.org", protocol: "https" } } })))).toBe("Reach this host?");
  expect(gistOf(bodyOf(question({ kind: "file_change", body: { changes: [{ path: "a" }, { path: "b" }] } }))).text).toBe("a, b");
  expect(bodyOf(question({ kind: "new", body: 7 }))).toEqual({ is: "other", raw: 7, broken: false });
});

test("a body that does not say what it is about is shown as it came, and only a no is taken", () => {
  const broken: Partial<Question>[] = [
    { body: null }, { body: { command: " " } }, { body: { command: 7, reason: "trust me" } }, { body: { command: "ls", amendment: ["ls", 1] } },
    { kind: "file_change", body: { changes: [] } }, { kind: "file_change", body: { changes: [{ path: "a" }, { diff: "+x" }] } },
    { kind: "permissions", body: { asks: [{ id: "", what: "network" }] } }, { kind: "permissions", body: { asks: [{ id: "1" }] } },
    { kind: "question", body: { questions: [] } }, { kind: "question", body: { questions: [{ id: "a", question: "" }] } },
    { kind: "question", body: { questions: [{ id: "a", question: "Which?", options: [{}] }] } },
    { kind: "form", body: {} }, { kind: "link", body: { message: "open" } }, { kind: "tool", body: { server: "x" } },
  ];
  for (const over of broken) {
    const one = question(over);
    const body = bodyOf(one);
    expect(body).toEqual({ is: "other", raw: over.body, broken: true });
    expect(takable(one, body).offered).toEqual(["decline", "cancel"]);
  }
  const whole = question();
  expect(takable(whole, bodyOf(whole))).toBe(whole);
});

test("a form that is secret masks each of its answers", () => {
  const body = bodyOf(question({ kind: "question", body: { secret: true, questions: [{ id: "a", question: "One?" }, { id: "b", question: "Two?", secret: false }] } }));
  expect(body.is === "question" && body.questions.every((one) => one.secret)).toBe(true);
});

test("only plain https addresses are opened, and the host is the real one", () => {
  expect(hostOf("https://linear.app/oauth?x=1")).toBe("linear.app");
  expect(hostOf("https://linear.app@evil.example/")).toBe(null);
  expect(hostOf("http://linear.app/")).toBe(null);
  expect(hostOf("javascript:alert(1)")).toBe(null);
  expect(hostOf("https://lіnear.app/")).toMatch(/^xn--/);
});
