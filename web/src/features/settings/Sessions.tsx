/** Every browser in which the person is signed in, with a way to end each, or all but this one. */
import { useCallback } from "react";
import { api } from "../../api/client";
import type { SessionRow } from "../../api/types";
import { past } from "../../state/moments";
import { useDesk, useNow } from "../../state/react";
import { useAction, useLoad } from "../../ui/load";
import { SheetHead } from "../../ui/SheetHead";
import { Shown, Trouble } from "../../ui/Trouble";
import { browserOf } from "./browsers";

export function Sessions() {
  const desk = useDesk();
  const source = useLoad(useCallback(() => api.sessions().then(({ items }) => items), []));
  const action = useAction();
  const rows = source.loaded.is === "here" ? source.loaded.value : [];
  const others = rows.filter((row) => !row.current);
  const end = (ended: SessionRow[]) => action.run(async () => {
    // What fails is left in the list, and the rest is gone all the same.
    const ends = await Promise.allSettled(ended.map((row) => (row.current ? desk.signOut() : api.revokeSession(row.id))));
    const gone = new Set(ended.filter((_, at) => ends[at]?.status === "fulfilled").map((row) => row.id));
    source.set((all) => all.filter((row) => !gone.has(row.id)));
    const refused = ends.find((one) => one.status === "rejected");
    if (refused) throw refused.reason;
  });
  return (
    <>
      <SheetHead title="Sessions" lead="Every browser in which you are signed in. End the ones you do not know.">
        {others.length ? <button className="btn" type="button" disabled={action.busy} onClick={() => void end(others)}>Sign out {others.length === 1 ? "the other one" : `the ${others.length} others`}</button> : null}
      </SheetHead>
      <Trouble problem={action.problem} />
      <Shown source={source}>
        {(all) => (
          <section className="card listed" aria-label="Sessions">
            <table className="table stack">
              <thead><tr><th>Browser</th><th>Signed in</th><th>Last used</th><th><span className="sr">End</span></th></tr></thead>
              <tbody>{all.map((row) => <Row key={row.id} row={row} busy={action.busy} onEnd={() => void end([row])} />)}</tbody>
            </table>
          </section>
        )}
      </Shown>
    </>
  );
}

function Row({ row, busy, onEnd }: { row: SessionRow; busy: boolean; onEnd: () => void }) {
  const now = useNow(false);
  const name = browserOf(row.user_agent);
  return (
    <tr>
      <td className="wraps"><span className="strong">{name}</span>{row.current ? <> <span className="tag good">This one</span></> : null}</td>
      <td className="mid num"><span className="narrow-word">signed in </span>{past(row.created_at, now)}</td>
      <td className="mid num"><span className="narrow-word">last used </span>{past(row.last_seen_at, now)}</td>
      <td><button className="btn small" type="button" disabled={busy} aria-label={row.current ? "Sign out here" : `Sign out ${name}`} onClick={onEnd}>Sign out</button></td>
    </tr>
  );
}
