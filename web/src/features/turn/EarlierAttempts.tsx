/** The attempts before this one, one line each: what was tried stays visible after a retry. Many are folded. */
import type { Id } from "../../api/types";
import { useView } from "../../state/react";
import { time, turnWords } from "../../state/words";
import { Icon } from "../../ui/Icon";

/** With more than this the lines come folded. */
const SHOWN = 2;

export function EarlierAttempts({ turns }: { turns: Id[] }) {
  const first = useView((state) => state.turns[turns[0] ?? ""]?.attempt ?? 1);
  const lines = turns.map((id) => <EarlierAttempt key={id} id={id} />);
  if (turns.length <= SHOWN && first === 1) return <div className="steps">{lines}</div>;
  const all = turns.length + first - 1;
  return (
    <div className="steps">
      <details className="step">
        <summary><Icon name="right" className="turnkey" /><Icon name="refresh" /><span className="cut">{all} earlier attempts</span><span className="end" /></summary>
        {first > 1 ? <p className="hint">The last {turns.length} of them</p> : null}
        {lines}
      </details>
    </div>
  );
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
