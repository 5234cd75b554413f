/** The actions that the audit can be asked for, by what they are about. */
export const actions: [string, string[]][] = [
  ["People", ["person.invite", "person.link", "person.change", "person.remove"]],
  ["Tokens", ["token.create", "token.revoke"]],
  ["Assistants", ["assistant.add", "assistant.enable", "assistant.disable", "assistant.access", "assistant.limits", "assistant.rotate", "assistant.remove"]],
  ["Threads", ["thread.delete", "thread.export", "member.add", "member.remove"]],
  ["Turns", ["turn.start", "question.decide"]],
];
