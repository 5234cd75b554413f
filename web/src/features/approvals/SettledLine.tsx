/** How a question went, in one line; what it was about opens below. */
import { useRef } from "react";
import type { Question } from "../../api/types";
import { useNow, useView } from "../../state/react";
import { time } from "../../state/words";
import { Icon, type IconName } from "../../ui/Icon";
import { BodyView } from "./Bodies";
import { bodyOf, gistOf } from "./body";
import { byWhom, type Outcome, outcomeOf } from "./decisions";
import { Exact } from "./Exact";
import type { Inside } from "./handle";
import "./approvals.css";

export const outcomeIcons: Record<Outcome, IconName> = { yes: "done", no: "blocked", gone: "undo" };

export interface SettledLineProps {
  question: Question;
  /** It was open on this page, and was not decided here. */
  elsewhere: boolean;
  open?: boolean;
}

export function SettledLine({ question, elsewhere, open = false }: SettledLineProps) {
  const me = useView((state) => state.session?.person.id);
  const people = useView((state) => state.people);
  const over = useView((state) => state.turns[question.turn_id]?.ended_at ?? null);
  const now = useNow(false);
  const inside = useRef<Inside>(null);
  const body = bodyOf(question);
  const gist = gistOf(body);
  const outcome = outcomeOf(question, over, now);
  const who = byWhom(question, me, (id) => people[id]?.name ?? "somebody");
  const where = elsewhere && question.decided_by === me ? " on another device" : "";
  return (
    <details className="step asked" open={open} data-settled={question.id}>
      <summary>
        <Icon name="right" className="turnkey" /><Icon name={outcomeIcons[outcome.is]} />
        <span className="cut">{outcome.text}{who ? ` ${who}${where}` : ""}{gist.text ? <>: <span className={gist.exact ? "cmd" : undefined}><Exact text={gist.text.split("\n", 1)[0] ?? ""} code={gist.exact} /></span></> : null}</span>
        <span className="end">{question.decided_at === null ? null : <span className="t">{time(question.decided_at)}</span>}</span>
      </summary>
      <div className="body">
        <div className="in">
          <BodyView body={body} inside={inside} live={false} offered={question.offered} />
          {question.feedback ? <p className="note">“<Exact text={question.feedback} />”</p> : null}
        </div>
      </div>
    </details>
  );
}
