/** How a turn ended if not well: a code, a sentence, the next step, and what the program said, folded. */
import type { Turn } from "../../api/types";
import { wantsLogin } from "../../state/login";
import { useDesk, useNow } from "../../state/react";
import { commandIn, endHeading, sentence, time, took, until } from "../../state/words";
import { Command, Copy } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { attempt } from "../../ui/Toasts";
import { DontGoOn, ParkedLine, SignInLink } from "./Parked";

export interface EndCardProps { turn: Turn; handle: string; mine: boolean; partial: boolean; ran: number | null }

export function EndCard(props: EndCardProps) {
  const { turn } = props;
  if (turn.state === "cancelled") return <Cancelled {...props} />;
  return turn.error?.code === "rate_limited" ? <Limit {...props} /> : <Failed {...props} />;
}

function RetryButton({ turn, word = "Retry" }: { turn: Turn; word?: string }) {
  const desk = useDesk();
  return <button className="btn small" type="button" onClick={() => attempt(desk.retry(turn.id))}><Icon name="refresh" />{word}</button>;
}

function Cancelled({ turn, mine, partial, ran }: EndCardProps) {
  const who = mine ? "You cancelled this turn" : "This turn was cancelled";
  return (
    <div className="end-card" role="group" aria-label="Turn cancelled">
      <Icon name="blocked" />
      <h2>{ran === null ? `${who} before it started` : `${who} after ${took(ran)}`}</h2>
      {partial ? <p>What it had written is kept above.</p> : null}
      <div className="do"><RetryButton turn={turn} /></div>
    </div>
  );
}

/** Whose limit it is, and when it ends. */
function Limit({ turn, handle }: EndCardProps) {
  const error = turn.error;
  const now = useNow(error?.retry_at !== null);
  if (!error) return null;
  const { retry_at: open } = error;
  // What ran it is said more exactly in the heading than in the backend's own sentence.
  const plain = turn.runs_on !== null && /limit is used up$/.test(error.message);
  const over = open !== null && open <= now;
  return (
    <div className="end-card limit" role="alert">
      <Icon name="clock" />
      <h2>{turn.runs_on ? `The limit of ${turn.runs_on} is used up` : endHeading(`@${handle}`, error.code)} <span className="id">{error.code}</span></h2>
      {plain && open === null ? <p>It does not say when it opens again.</p> : (
        <p>
          {plain ? null : <><Hint text={sentence(error.message)} /> </>}
          {open === null ? null : over
            ? <>It has been open again since <b className="strong num">{time(open)}</b>.</>
            : <>It is open again at <b className="strong num">{time(open)}</b>, <span className="num">{until(open, now)}</span>.</>}
        </p>
      )}
      {error.hint ? <p><Hint text={sentence(error.hint)} /></p> : null}
      <div className="do"><RetryButton turn={turn} /></div>
      <Detail turn={turn} handle={handle} />
    </div>
  );
}

function Failed({ turn, handle }: EndCardProps) {
  const error = turn.error ?? {
    code: turn.state, message: "the turn ended without an answer", hint: null, detail: null, retry_at: null,
  };
  const command = commandIn(error.hint);
  const details = [`${error.code}: ${error.message}`, error.hint, error.detail, `turn ${turn.id}`].filter(Boolean).join("\n");
  return (
    <div className="end-card failed" role="alert">
      <Icon name="alert" />
      <h2>{endHeading(`@${handle}`, error.code)} <span className="id">{error.code}</span></h2>
      <p><Hint text={sentence(error.message)} /></p>
      {error.hint ? <p><Hint text={sentence(error.hint)} /></p> : null}
      {turn.parked ? <ParkedLine /> : null}
      <div className="do">
        {turn.parked || wantsLogin(error.code) ? <SignInLink turn={turn} /> : null}
        {command ? <Command text={command} /> : null}
        <RetryButton turn={turn} />
        {turn.parked ? <DontGoOn turn={turn} /> : null}
        <Copy text={details} label="Copy details" word="Copy details" />
      </div>
      <Detail turn={turn} handle={handle} />
    </div>
  );
}

function Detail({ turn, handle }: { turn: Turn; handle: string }) {
  if (!turn.error?.detail) return null;
  return (
    <details className="step">
      <summary><Icon name="right" className="turnkey" />What @{handle} said<span className="end" /></summary>
      <div className="body"><div className="code out"><pre tabIndex={0} aria-label="Error output">{turn.error.detail}</pre></div></div>
    </details>
  );
}
