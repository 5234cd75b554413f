/** Says over the composer how many decisions wait in this thread, and leads to them. Gone when none does. */
import { useMemo } from "react";
import type { Id } from "../../api/types";
import { waitingFor } from "../../state/asks";
import { useDesk, useView } from "../../state/react";
import { Lamp } from "../../ui/marks";
import { go, messagePath } from "../../ui/route";
import { cardId, focusCard } from "./focus";
import "./approvals.css";

/** How many frames a card may take to come once its message was jumped to. */
const FRAMES = 90;

export function NeedsBar({ thread }: { thread: Id }) {
  const { store } = useDesk();
  const questions = useView((state) => state.questions);
  const me = useView((state) => state.session?.person.id);
  const waiting = useMemo(() => waitingFor({ questions }, me, thread), [questions, me, thread]);
  if (waiting.length === 0) return null;

  const show = (question: Id, frames = FRAMES) => {
    const card = document.getElementById(cardId(question));
    if (card) return focusCard(card);
    if (frames === FRAMES) {
      // Too far up to be drawn, or not loaded: by its message it is.
      const { turns, messages, questions: all } = store.get();
      const turn = turns[all[question]?.turn_id ?? ""];
      const message = turn ? messages[thread]?.[turn.message_id] : undefined;
      if (message) go(messagePath(thread, message.seq), "replace");
    }
    if (frames > 0) requestAnimationFrame(() => show(question, frames - 1));
  };
  const step = (by: 1 | -1) => {
    // Which one has the focus, or had it before the bar was used.
    const at = waiting.findIndex((one) => document.getElementById(cardId(one.id)) === here());
    const next = waiting[at < 0 ? (by > 0 ? 0 : waiting.length - 1) : (at + by + waiting.length) % waiting.length];
    if (next) show(next.id);
  };
  return (
    <section className="needs-bar" aria-label="Decisions that wait">
      <Lamp kind="needs" />
      <b className="cut" role="status">{waiting.length === 1 ? "1 decision waits for you" : `${waiting.length} decisions wait for you`}</b>
      <span className="grow" />
      {waiting.length > 1 ? (
        <>
          <button className="btn small quiet" type="button" onClick={() => step(-1)}>Previous<kbd aria-hidden="true">K</kbd></button>
          <button className="btn small" type="button" onClick={() => step(1)}>Next<kbd aria-hidden="true">J</kbd></button>
        </>
      ) : <button className="btn small" type="button" onClick={() => step(1)}>Show</button>}
    </section>
  );
}

/** The card that has the focus, or had it last: a click on the bar's own button takes it away. */
let last: Element | null = null;
globalThis.document?.addEventListener("focusin", ({ target }) => {
  const card = target instanceof Element ? target.closest("[data-waiting]") : null;
  if (card) last = card;
});
const here = () => (last?.isConnected ? last : null);
