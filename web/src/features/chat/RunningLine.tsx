/** What runs in a thread, over it: which turn it is, for how long, and the way to stop it or to branch off. Gone when nothing runs. */
import { useMemo } from "react";
import type { Id } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useDesk, useNow, useView } from "../../state/react";
import { newestOf } from "../../state/view";
import { clock } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { keyName } from "../../ui/keyname";
import { attempt } from "../../ui/Toasts";
import { forkFrom } from "./fork";

export function RunningLine({ thread }: { thread: Id }) {
  const desk = useDesk();
  const turns = useView((state) => state.turns);
  const running = useMemo(() => Object.values(turns).filter((turn) => turn.thread_id === thread && turnIsOpen(turn) && turn.started_at !== null), [turns, thread]);
  const newest = useView((state) => newestOf(state.messages[thread]));
  const now = useNow(running.length > 0);
  const [turn] = running;
  if (!turn) return null;
  const name = running.length > 1 ? `${running.length} turns` : turn.number ? `Turn ${turn.number}` : "Turn";
  const since = Math.min(...running.map(({ started_at: began }) => began ?? now));
  return (
    <span className="running-line wide-only">
      <span className="hint num">{name}<span aria-hidden="true">, {clock(now - since)}</span></span>
      <button className="btn small" type="button" disabled={running.every((one) => one.stop_wanted)} onClick={() => attempt(desk.stopAll(thread))}>
        <Icon name="stop" />Stop<kbd aria-hidden="true">{keyName("⌘.")}</kbd>
      </button>
      {newest ? <button className="btn tool" type="button" aria-label="Fork from here" title="Fork from here: a private thread that begins with all that was said so far" onClick={() => forkFrom(desk, thread, newest)}><Icon name="fork" /></button> : null}
    </span>
  );
}
