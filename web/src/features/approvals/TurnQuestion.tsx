/** One question in its turn: a card while it waits, a line once it is settled. Loaded with the first one. */
import { useState } from "react";
import type { Question } from "../../api/types";
import { ApprovalCard } from "./ApprovalCard";
import { decidedHere } from "./here";
import { SettledLine } from "./SettledLine";

export function TurnQuestion({ question, place }: { question: Question; place: string | null }) {
  const [wasOpen] = useState(question.state === "asked");
  if (question.state === "asked") return <ApprovalCard question={question} place={place} />;
  return <SettledLine question={question} elsewhere={wasOpen && !decidedHere.has(question.id)} />;
}
