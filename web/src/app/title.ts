/** The tab's title and its mark: where one is, and how many threads have something new. */
import { useEffect } from "react";
import { useView } from "../state/react";
import { unreadThreads } from "../state/rows";
import type { Route } from "../ui/route";
import mark from "../ui/mark.svg";
import unreadMark from "../ui/mark-unread.svg";

export function useTitle(route: Route) {
  const id = route.at === "chat" ? route.thread : null;
  const title = useView((state) => (id ? state.threads[id]?.title : undefined));
  const unread = useView(unreadThreads);
  const place = { "sign-in": "Sign in", settings: "Settings", approvals: "Approvals", turns: "Turns", unknown: "Not found", chat: id ? title || "Thread" : "New thread" }[route.at];
  useEffect(() => {
    document.title = `${unread ? `(${unread}) ` : ""}${place} · Switchboard`;
  }, [place, unread]);
  useEffect(() => {
    document.querySelector('link[rel="icon"]')?.setAttribute("href", unread ? unreadMark : mark);
  }, [unread > 0]);
}
