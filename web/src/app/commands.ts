/** What can be done from anywhere, as the palette lists it. Owns the list; each command is done by whoever it belongs to. */
import { useMemo } from "react";
import type { Command } from "../features/palette/entries";
import { forkFrom } from "../features/chat/fork";
import { placesFor } from "../features/settings/places";
import { theme } from "../state/local";
import { turnIsOpen } from "../state/model";
import { useDesk, useView } from "../state/react";
import { needsMe } from "../state/rows";
import { assistantRows, newestOf } from "../state/view";
import { approvalsPath, go, type Route, settingsPath, turnsPath } from "../ui/route";
import { attempt } from "../ui/Toasts";
import { newThread, nextWaiting } from "./acts";

export function useCommands(route: Route, showKeys: () => void): Command[] {
  const desk = useDesk();
  const assistants = useView((state) => state.assistants);
  const turns = useView((state) => state.turns);
  const role = useView((state) => state.session?.person.role);
  const waiting = useView((state) => Object.values(state.threads).some((thread) => needsMe(state, thread)));
  const thread = route.at === "chat" ? route.thread : null;
  const runs = thread !== null && Object.values(turns).some((turn) => turn.thread_id === thread && turnIsOpen(turn));
  const newest = useView((state) => (thread ? newestOf(state.messages[thread]) : null));
  return useMemo(() => {
    const ask = (handle: string) => {
      desk.prefill("new", `@${handle} `);
      newThread();
    };
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const isDark = theme.get() === "dark" || (theme.get() === "system" && dark);
    const all: (Command | null)[] = [
      { id: "new", label: "New thread", icon: "compose", keys: "C", words: "start write message", act: newThread },
      { id: "approvals", label: "Approvals", icon: "inbox", keys: "G A", words: "questions decisions waiting", act: () => go(approvalsPath) },
      { id: "turns", label: "Turns", icon: "turns", keys: "G T", words: "runs running failed history", act: () => go(turnsPath()) },
      waiting ? { id: "waiting", label: "Next thread that needs you", icon: "bell", words: "approvals waiting", act: nextWaiting } : null,
      newest && thread ? { id: "fork", label: "Fork this thread from its newest message", icon: "fork", words: "branch copy carry over", act: () => forkFrom(desk, thread, newest) } : null,
      runs && thread ? { id: "stop", label: "Stop what runs here", icon: "stop", keys: "⌘.", words: "cancel turn", act: () => attempt(desk.stopAll(thread)) } : null,
      ...assistantRows({ assistants }).filter((one) => one.usable && one.state === "ready").map((one): Command => (
        { id: `ask-${one.id}`, label: `Ask @${one.handle}`, icon: "thought", words: `${one.name} mention new`, act: () => ask(one.handle) }
      )),
      { id: "archive", label: "Archived threads", icon: "inbox", words: "old hidden", act: () => go("/chat?archived") },
      ...placesFor(role).map((place): Command => ({
        id: place.section, label: `Settings: ${place.name}`, icon: "sliders", words: place.words,
        ...(place.section === "assistants" ? { keys: "G S" } : {}), act: () => go(settingsPath(place.section)),
      })),
      { id: "theme", label: isDark ? "Light colours" : "Dark colours", icon: "eye", words: "theme mode", act: () => theme.set(isDark ? "light" : "dark") },
      { id: "keys", label: "Keyboard", icon: "terminal", keys: "?", words: "shortcuts help", act: showKeys },
      { id: "out", label: "Sign out", icon: "right", words: "log out leave", act: () => attempt(desk.signOut()) },
    ];
    return all.filter((command): command is Command => command !== null);
  }, [desk, assistants, role, waiting, runs, thread, newest, showKeys]);
}
