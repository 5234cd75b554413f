/** Addresses of the page and moving between them. Owns nothing but the address bar. */
import { type AnchorHTMLAttributes, useSyncExternalStore } from "react";
import type { Id } from "../api/types";
import { closeDrawer } from "./drawer";

export type SettingsSection = "assistants" | "sessions" | "doctor";

export type Route =
  | { at: "chat"; thread: Id | null; mention: string | null; archived: boolean }
  | { at: "sign-in"; secret: string | null }
  | { at: "settings"; section: SettingsSection }
  | { at: "unknown" };

export const chatPath = (thread: Id | null) => (thread ? `/chat/${thread}` : "/chat");
export const settingsPath = (section: SettingsSection) => `/settings/${section}`;

export function routeOf({ pathname, search, hash }: { pathname: string; search: string; hash: string }): Route {
  const [first = "", second, ...rest] = pathname.split("/").filter(Boolean);
  if (rest.length > 0) return { at: "unknown" };
  const asked = new URLSearchParams(search);
  if (first === "" || first === "chat") {
    if (first === "" && second !== undefined) return { at: "unknown" };
    return { at: "chat", thread: second ?? null, mention: asked.get("mention"), archived: asked.has("archived") };
  }
  if (first === "sign-in" && second === undefined) return { at: "sign-in", secret: hash.slice(1) || null };
  if (first === "settings") {
    const section = second ?? "assistants";
    if (section === "assistants" || section === "sessions" || section === "doctor") return { at: "settings", section };
  }
  return { at: "unknown" };
}

const listeners = new Set<() => void>();
globalThis.addEventListener?.("popstate", () => changed());

function changed() {
  closeDrawer();
  for (const listener of listeners) listener();
}

export function go(path: string, how: "push" | "replace" = "push") {
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  changed();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The address as one string, so that equal addresses are equal. */
export function useAddress(): string {
  return useSyncExternalStore(subscribe, () => location.pathname + location.search + location.hash);
}

export type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & { to: string };

/** A link inside the page. With a modifier key or the middle button it stays a link of the browser. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  return (
    <a {...rest} href={to} onClick={(event) => {
      onClick?.(event);
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(to);
    }} />
  );
}
