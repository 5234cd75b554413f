/** The requests about backends: how each reaches its models and with whose account. One function per request; keeps no state. */
import { call, part } from "./client";
import type { Backend, BackendPatch, Backends, LoginMethod, ThreadsBehind } from "./types";

const one = (id: string) => `/api/backends/${part(id)}`;

export const backends = {
  all: () => call<Backends>("GET", "/api/backends"),
  switch: (body: Partial<Backends["switches"]>) => call<Backends>("PATCH", "/api/backends", body),
  change: (id: string, body: BackendPatch) => call<Backend>("PATCH", one(id), body),
  threads: (id: string) => call<ThreadsBehind>("GET", `${one(id)}/threads`),
  test: (id: string) => call<Backend>("POST", `${one(id)}/test`),
  refresh: (id: string) => call<Backend>("POST", `${one(id)}/refresh`),
  signIn: (id: string, method: LoginMethod, api_key?: string) => call<Backend>("POST", `${one(id)}/login`, { method, ...(api_key ? { api_key } : {}) }),
  /** Where the browser ended up, when that was not on the server's machine. */
  paste: (id: string, url: string) => call<Backend>("POST", `${one(id)}/login/paste`, { url }),
  cancelSignIn: (id: string) => call<Backend>("DELETE", `${one(id)}/login`),
  signOut: (id: string) => call<Backend>("POST", `${one(id)}/logout`),
};
