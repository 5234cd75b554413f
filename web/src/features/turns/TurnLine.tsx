/** One turn in the list of all: what was asked, of whom and by whom, how it stands, how long it took. Leads to it in its thread. */
import { memo } from "react";
import type { Turn } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import type { TurnRow } from "../../state/turn-list";
import { clock, plain, shortWhen, took, turnWords, waitWords } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { Link, turnPath } from "../../ui/route";
import { attempt } from "../../ui/Toasts";

export const TurnLine = memo(function TurnLine({ row: { turn, title, seq, words }, now }: { row: TurnRow; now: number }) {
  const desk = useDesk();
  const me = useView((state) => state.session?.person.id);
  const handle = useView((state) => state.assistants[turn.assistant]?.handle ?? "assistant");
  const person = useView((state) => state.people[turn.person]?.name ?? "somebody");
  const open = turnIsOpen(turn);
  const mine = turn.person === me;
  const state = stateOf(turn, mine, person);
  const waits = waitWords(turn, mine ? null : person);
  return (
    <li className="turn-row" data-state={turn.state}>
      <Link to={turnPath(turn.thread_id, turn.id, seq || null)}>
        {turn.state === "done" ? <Icon name="done" className="icon-s" /> : <Lamp kind={state.lamp} />}
        <span className="t cut" dir="auto">{plain(words) || "Without words"}</span>
        <span className={`state ${state.lamp}`}>{state.text}</span>
        <span className="l3 cut">{turn.error ? <><span className="id">{turn.error.code}</span> </> : null}{waits ? `Waits: ${waits.why}. ` : ""}@{handle} in {title || "New thread"}{mine ? "" : `, asked by ${person}`}{turn.detached ? ", from a command line" : ""}{turn.attempt > 1 ? `, attempt ${turn.attempt}` : ""}</span>
        <span className="long num">{lengthOf(turn, now)}</span>
        <time>{shortWhen(turn.queued_at, now)}</time>
      </Link>
      {open && mine ? (
        <button className="btn small quiet" type="button" disabled={turn.stop_wanted} onClick={() => attempt(desk.cancel(turn.id))}>
          <Icon name={turn.state === "queued" ? "x" : "stop"} />{turn.state === "queued" ? "Remove" : "Stop"}
        </button>
      ) : null}
    </li>
  );
}, (a, b) => a.now === b.now ? sameRow(a.row, b.row) : !turnIsOpen(a.row.turn) && sameRow(a.row, b.row));

const sameRow = (a: TurnRow, b: TurnRow) => a.turn === b.turn && a.title === b.title && a.seq === b.seq && a.words === b.words;

function stateOf(turn: Turn, mine: boolean, person: string) {
  const words = turnWords(turn);
  return turn.state === "waiting_approval" && !turn.stop_wanted && !mine ? { text: `Waits for ${person}`, lamp: "off" as const } : words;
}

/** What never began has no length. */
function lengthOf({ started_at: began, ended_at: ended }: Turn, now: number): string {
  if (began === null) return "";
  return ended === null ? clock(now - began) : took(ended - began);
}
