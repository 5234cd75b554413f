/** Tells those who listen rather than look when an answer has ended, and what is asked; its growing is not read out. */
import { useEffect, useRef, useState } from "react";
import type { Id } from "../api/types";
import { turnIsOpen } from "../state/model";
import { useView } from "../state/react";
import { askedTo } from "../state/rows";

const ends: Record<string, string> = { done: "answered", failed: "failed", cancelled: "was stopped", abandoned: "was given up" };

export function Announcer() {
  const turns = useView((state) => state.turns);
  const assistants = useView((state) => state.assistants);
  const open = useRef<Set<Id>>(new Set());
  const asked = useRef<Set<Id>>(new Set());
  const questions = useView((state) => state.questions);
  const me = useView((state) => state.session?.person.id);
  const [said, setSaid] = useState("");
  const [asks, setAsks] = useState("");
  useEffect(() => {
    for (const turn of Object.values(turns)) {
      if (turnIsOpen(turn)) open.current.add(turn.id);
      else if (open.current.delete(turn.id)) setSaid(`@${assistants[turn.assistant]?.handle ?? "assistant"} ${ends[turn.state] ?? "ended"}`);
    }
  }, [turns, assistants]);
  useEffect(() => {
    for (const question of Object.values(questions)) {
      if (question.state !== "asked" || asked.current.has(question.id) || question.person_id !== me) continue;
      asked.current.add(question.id);
      setAsks(`@${assistants[question.assistant_id]?.handle ?? "assistant"} asks ${askedTo(question)}`);
    }
  }, [questions, assistants, me]);
  return (
    <>
      <div className="sr" role="status">{said}</div>
      <div className="sr" role="alert">{asks}</div>
    </>
  );
}
