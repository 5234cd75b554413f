/** The palette with the commands of the whole page, loaded when it is first opened. */
import type { Id } from "../api/types";
import { Palette } from "../features/palette/Palette";
import type { Route } from "../ui/route";
import { useCommands } from "./commands";

export interface CommandedProps { route: Route; within: Id | null; showKeys: () => void; onClose: () => void }

export function Commanded({ route, within, showKeys, onClose }: CommandedProps) {
  return <Palette commands={useCommands(route, showKeys)} within={within} current={route.at === "chat" ? route.thread : null} onClose={onClose} />;
}
