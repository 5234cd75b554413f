/** One quiet line at the end of a turn: what it really ran with, what could not be met as chosen, what it used, and its raw events. */
import { api } from "../../api/client";
import type { Turn } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { fullness, noteSentences, ranWith, tokens, usedWords } from "./foot";

/** From here on the conversation is close to being summed up. */
const HIGH = 80;

/** `mine`: the raw events are for whoever asked. */
export function TurnFoot({ turn, mine }: { turn: Turn; mine: boolean }) {
  const { ran_with: ran, usage } = turn;
  if (!ran && !usage) return null;
  const notes = noteSentences(ran);
  const full = usage ? fullness(usage) : null;
  return (
    <footer className="turn-foot">
      <div className="facts-line">
        {ran ? ranWith(ran).map(({ key, text }) => {
          if (key === "folder") return <span key={key} className={ran.folder ? "mono cut" : undefined} title={ran.folder ?? undefined}>{text}</span>;
          if (key === "permission" && ran.permission === "full") return <span key={key} className="full"><Icon name="shield" className="icon-s" />{text}</span>;
          return <span key={key}>{text}</span>;
        }) : null}
        {usage ? usedWords(usage).map((words) => <span key={words} className="num">{words}</span>) : null}
        {usage && full !== null ? (
          <span className="context num" title={`${tokens(usage.context)} of ${tokens(usage.window ?? 0)} tokens`}>
            <span className={full >= HIGH ? "meter high" : "meter"} aria-hidden="true"><i style={{ width: `${full}%` }} /></span>{full}% of context
          </span>
        ) : null}
        {mine ? <span><a href={api.rawOf(turn.id)} download title="What its program said last, word for word: for a bug report">Raw events</a></span> : null}
      </div>
      {notes.length ? <ul className="notes">{notes.map((note, at) => <li key={at}>{note}</li>)}</ul> : null}
    </footer>
  );
}
