/** Tells those who listen rather than look when an answer has ended; its growing is not read out. */
import { useEffect, useRef, useState } from "react";
import type { Id } from "../api/types";
import { turnIsOpen } from "../state/model";
import { useView } from "../state/react";

const ends: Record<string, string> = { done: "answered", failed: "failed", cancelled: "was stopped", abandoned: "was given up" };

export function Announcer() {
  const turns = useView((state) => state.turns);
  const assistants = useView((state) => state.assistants);
  const open = useRef<Set<Id>>(new Set());
  const [said, setSaid] = useState("");
  useEffect(() => {
    for (const turn of Object.values(turns)) {
      if (turnIsOpen(turn)) open.current.add(turn.id);
      else if (open.current.delete(turn.id)) setSaid(`@${assistants[turn.assistant]?.handle ?? "assistant"} ${ends[turn.state] ?? "ended"}`);
    }
  }, [turns, assistants]);
  return <div className="sr" role="status">{said}</div>;
}
