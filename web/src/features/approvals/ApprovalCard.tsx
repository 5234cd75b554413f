/**
 * One question of an assistant: what it would do, exactly, and the decisions that are offered. Owns sending the decision and
 * the keys that mean one; the facts are drawn by `BodyView`.
 */
import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Question } from "../../api/types";
import { useDesk, useNow, useView } from "../../state/react";
import { took, until } from "../../state/words";
import { isCommand, keyName } from "../../ui/keyname";
import { useAction } from "../../ui/load";
import { Lamp } from "../../ui/marks";
import { Trouble } from "../../ui/Trouble";
import { BodyView } from "./Bodies";
import { bodyOf, headOf } from "./body";
import { buttonsOf, decisionOfKey, GRACE_MS, needsContent, takable } from "./decisions";
import { cardId, focusAfter, focusWhenGone, stepCards, waitingCards } from "./focus";
import { decidedHere } from "./here";
import type { Inside } from "./handle";
import "./approvals.css";

export interface ApprovalCardProps {
  question: Question;
  /** Told after one's own decision has gone; without it the next card that waits takes the focus. */
  onDecided?: () => void;
  /** Which of how many, where there are more. */
  place?: string | null;
}

export function ApprovalCard({ question, onDecided, place = null }: ApprovalCardProps) {
  const desk = useDesk();
  const me = useView((state) => state.session?.person.id);
  const handle = useView((state) => state.assistants[question.assistant_id]?.handle ?? "assistant");
  const whose = useView((state) => state.people[question.person_id]?.name);
  const body = useMemo(() => bodyOf(question), [question]);
  const open = useMemo(() => takable(question, body), [question, body]);
  const card = useRef<HTMLElement>(null);
  const inside = useRef<Inside>(null);
  const [words, setWords] = useState("");
  const action = useAction();
  const head = useId();
  // Both when it came and when it took the focus: a letter typed on from elsewhere is no decision.
  const [since] = useState(() => ({ came: performance.now(), focused: 0 }));
  const mine = question.person_id === me;
  // Settled elsewhere, the card goes from under whoever is on it. What was decided here says itself where the focus goes.
  useLayoutEffect(() => {
    const { current } = card;
    return () => {
      if (current && !decidedHere.has(question.id)) focusWhenGone(current);
    };
  }, [question.id]);
  const buttons = buttonsOf(open);

  const decide = (decision: string) => {
    if (action.busy || !open.offered.includes(decision)) return;
    const collected = needsContent(decision) ? inside.current?.collect() ?? { ok: true } : { ok: true as const };
    if (!collected.ok) return;
    const cards = waitingCards();
    decidedHere.add(question.id);
    const content = "content" in collected ? { content: collected.content } : {};
    const feedback = decision === "decline" && words.trim() ? { feedback: words.trim() } : {};
    void action.run(() => desk.decide(question, { decision, ...content, ...feedback })).then((went) => {
      if (!went) {
        decidedHere.delete(question.id);
        return;
      }
      if (onDecided) onDecided();
      else focusAfter(card.current, cards);
    });
  };

  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if (event.nativeEvent.isComposing || event.repeat || event.defaultPrevented) return;
    const took = act(event);
    if (took) event.preventDefault();
  };
  const act = (event: KeyboardEvent<HTMLElement>): boolean => {
    if (isCommand(event) && event.key === "Enter" && open.offered.includes("answer")) {
      decide("answer");
      return true;
    }
    if (isCommand(event) && event.key === "." && question.offered.includes("cancel")) {
      decide("cancel");
      return true;
    }
    if (event.metaKey || event.ctrlKey || event.altKey) return false;
    const { target } = event;
    const onCard = target === card.current;
    const onChoice = target instanceof HTMLInputElement && (target.type === "radio" || target.type === "checkbox");
    if ((onCard || onChoice) && /^[1-9]$/.test(event.key)) return inside.current?.choose?.(Number(event.key)) ?? false;
    if (!onCard) return false;
    if (event.key === "j" || event.key === "k") return onDecided ? false : stepCards(card.current, event.key === "j" ? 1 : -1);
    const decision = decisionOfKey(open, event.key);
    if (!decision) return false;
    if (event.timeStamp - Math.max(since.came, since.focused) >= GRACE_MS) decide(decision);
    return true;
  };

  return (
    <section ref={card} id={cardId(question.id)} className={mine ? "ask waiting part" : "ask part"} role="group" aria-labelledby={`${head} ${head}-who`} tabIndex={-1}
      data-ask={question.id} data-waiting={mine ? "" : undefined} aria-busy={action.busy} onKeyDown={mine ? onKey : undefined}
      onFocus={(event) => {
        if (event.target === event.currentTarget) since.focused = performance.now();
      }}>
      <header>
        <Lamp kind={mine ? "needs" : "off"} /><h3 id={head}>{headOf(body)}</h3>
        <span className="dim num"><b id={`${head}-who`}>@{handle}</b>{place ? `, ${place}` : <>, <Since question={question} /></>}{mine ? "" : `, only ${whose ?? "who started this"} can answer`}</span>
      </header>
      <div className="in">
        <BodyView body={body} inside={inside} live={mine} offered={question.offered} />
        {question.expires_at === null ? null : <Silence at={question.expires_at} />}
        {mine ? null : <p className="hint not-yours">{whose ?? "Who started this turn"} decides this; you see it because you can see the thread.</p>}
        {mine && question.offered.includes("decline") ? <Instead words={words} setWords={setWords} disabled={action.busy} /> : null}
        <Trouble problem={action.problem} />
      </div>
      {mine ? (
        <footer>
          {buttons.map(({ decision, label, key, look }) => (
            <button key={decision} className={look === "primary" ? "btn primary" : look === "last" ? "btn quiet last" : "btn"} type="button" disabled={action.busy}
              onClick={() => decide(decision)}>
              {decision === "decline" && words.trim() ? "Decline and tell it" : label}{key ? <kbd aria-hidden="true">{keyName(key)}</kbd> : null}
            </button>
          ))}
          {action.busy ? <span className="hint" role="status">Sending</span> : null}
        </footer>
      ) : null}
    </section>
  );
}

function Since({ question }: { question: Question }) {
  const now = useNow(true, 10_000);
  return <>asked {took(Math.max(0, Math.floor((now - question.asked_at) / 1000) * 1000)).replace(/\.0 s$/, " s")} ago</>;
}

function Silence({ at }: { at: number }) {
  const now = useNow(true, 10_000);
  return <p className="hint num">{at <= now ? "Its time is up; silence counts as a refusal." : `Silence counts as a refusal ${until(at, now)}.`}</p>;
}

function Instead({ words, setWords, disabled }: { words: string; setWords: (words: string) => void; disabled: boolean }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  if (!open) return <button className="btn small quiet instead-open" type="button" onClick={() => setOpen(true)}>Decline and tell it what to do instead</button>;
  return (
    <div className="labelled instead">
      <label htmlFor={id}>What it should do instead</label>
      <div className="field"><textarea id={id} rows={2} dir="auto" value={words} disabled={disabled} autoFocus aria-describedby={`${id}-said`} onChange={(event) => setWords(event.target.value)} /></div>
      <p id={`${id}-said`} className="hint">Goes with “Decline” only, and follows as your next words.</p>
    </div>
  );
}
