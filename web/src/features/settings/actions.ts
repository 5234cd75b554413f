/** The actions that the audit can be asked for: what they are about, in words and as it is written, and what was done to it. */
export const actions: [string, string, string[]][] = [
  ["People", "person", ["invite", "link", "rename", "role", "remove"]],
  ["Sessions", "session", ["open", "end"]],
  ["Tokens", "token", ["create", "revoke"]],
  ["Assistants", "assistant", ["add", "enable", "disable", "access", "limits", "rotate", "remove"]],
  ["Tools", "mcp", ["add", "change", "enable", "disable", "remove", "test", "sign_in"]],
  ["Threads", "thread", ["open", "close", "add", "leave", "remove", "delete"]],
  ["Turns", "turn", ["start"]],
  ["Decisions", "question", ["decide"]],
];
