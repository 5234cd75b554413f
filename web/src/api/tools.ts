/** The requests about MCP servers: the tools that the caller gives an assistant. One function per request; keeps no state. */
import { call, part } from "./client";
import type { Id, McpServer, McpTransport, Page } from "./types";

const all = (assistant: Id) => `/api/assistants/${part(assistant)}/mcp-servers`;
const one = (assistant: Id, name: string) => `${all(assistant)}/${part(name)}`;

export const tools = {
  all: (assistant: Id) => call<Page<McpServer>>("GET", all(assistant)),
  add: (assistant: Id, name: string, transport: McpTransport) => call<McpServer>("POST", all(assistant), { name, transport }),
  change: (assistant: Id, name: string, body: { transport?: McpTransport; enabled?: boolean }) => call<McpServer>("PATCH", one(assistant, name), body),
  remove: (assistant: Id, name: string) => call<void>("DELETE", one(assistant, name)),
  signIn: (assistant: Id, name: string) => call<McpServer>("POST", `${one(assistant, name)}/login`),
  /** Where the browser ended up, when that was not on the server's machine. */
  paste: (assistant: Id, name: string, url: string) => call<McpServer>("POST", `${one(assistant, name)}/login/paste`, { url }),
  cancelSignIn: (assistant: Id, name: string) => call<McpServer>("DELETE", `${one(assistant, name)}/login`),
  test: (assistant: Id, name: string) => call<McpServer>("POST", `${one(assistant, name)}/test`),
};
