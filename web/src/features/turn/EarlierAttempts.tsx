/** The attempts before this one, one line each: what was tried stays visible after a retry. */
import type { Id } from "../../api/types";
import { useView } from "../../state/react";
import { time, turnWords } from "../../state/words";

export function EarlierAttempts({ turns }: { turns: Id[] }) {
  return <div className="steps">{turns.map((id) => <EarlierAttempt key={id} id={id} />)}</div>;
}

function EarlierAttempt({ id }: { id: Id }) {
  const turn = useView((state) => state.turns[id]);
  if (!turn) return null;
  return (
    <div className="step flat">
      <span className="cut">Attempt {turn.attempt}: {turnWords(turn).text.toLowerCase()}{turn.error ? <> <span className="id">{turn.error.code}</span></> : null}</span>
      <span className="end"><time>{time(turn.queued_at)}</time></span>
    </div>
  );
}
