/** The commands that exist here and now. */
import { useMemo } from "react";
import type { Id } from "../../api/types";
import { useDesk } from "../../state/react";
import { chatPath, go, settingsPath } from "../../ui/route";
import { attempt } from "../../ui/Toasts";
import type { Command } from "./commands";

export interface CommandsAsk { thread: Id | null; stop: (() => void) | null; onAttach: () => void }

export function useCommands({ thread, stop, onAttach }: CommandsAsk): Command[] {
  const desk = useDesk();
  const stops = stop !== null;
  return useMemo(() => {
    const all: Command[] = [{ name: "attach", label: "Attach files", needs: null, act: onAttach }];
    if (stops) all.push({ name: "stop", label: "Stop what runs here", needs: null, act: () => stop?.() });
    if (thread) {
      all.push(
        { name: "rename", label: "Rename this thread", needs: "title", act: (title) => attempt(desk.changeThread(thread, { title })) },
        { name: "archive", label: "Archive this thread", needs: null, act: () => attempt(desk.changeThread(thread, { archived: true })) },
        { name: "new", label: "New thread", needs: null, act: () => go(chatPath(null)) },
      );
    }
    all.push({ name: "settings", label: "Settings", needs: null, act: () => go(settingsPath("profile")) });
    return all;
    // The two actions are new objects with every drawing; what they do only changes with what is here.
  }, [desk, thread, stops]);
}
