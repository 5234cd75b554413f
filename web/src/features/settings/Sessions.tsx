/** Where the person is signed in, with a way to end each; light or dark; signing out. */
import { useCallback, useEffect, useState } from "react";
import { api } from "../../api/client";
import type { SessionRow } from "../../api/types";
import { type Theme, theme } from "../../state/local";
import { useDesk, useNow, useView } from "../../state/react";
import { ago } from "../../state/words";
import { Choice } from "../../ui/Choice";
import { Face, Lamp } from "../../ui/marks";
import { attempt } from "../../ui/Toasts";
import { SheetHead } from "./SheetHead";

export function Sessions() {
  const desk = useDesk();
  const person = useView((state) => state.session?.person);
  const [rows, setRows] = useState<SessionRow[] | null>(null);
  const load = useCallback(() => attempt(api.sessions().then(({ items }) => setRows(items))), []);
  useEffect(load, [load]);
  const now = useNow(false);
  const revoke = (row: SessionRow) => attempt((row.current ? desk.signOut() : api.revokeSession(row.id)).then(load));
  return (
    <>
      <SheetHead title="You and your sessions" lead="Every browser in which you are signed in. End the ones you do not know." />
      {person ? (
        <section className="card" aria-label="You">
          <div className="top">
            <Face name={person.name} of="me" size="l" />
            <div className="grow lines"><h2>{person.name}</h2><div className="sub">@{person.handle}, {person.role}</div></div>
            <Choice label="Colours" value={theme.get()} options={[["system", "System"], ["light", "Light"], ["dark", "Dark"]] satisfies [Theme, string][]} onPick={theme.set} />
            <button className="btn" type="button" onClick={() => attempt(desk.signOut())}>Sign out</button>
          </div>
        </section>
      ) : null}
      <div className="h-row"><h2>Sessions</h2></div>
      <section className="card sessions" aria-label="Sessions">
        {rows === null ? <p className="loading" role="status"><Lamp kind="running" />Loading</p> : (
          <table className="table stack">
            <thead><tr><th>Browser</th><th>Signed in</th><th>Last seen</th><th><span className="sr">End</span></th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td><span className="strong">{browserOf(row.user_agent)}</span>{row.current ? <> <span className="tag good">This one</span></> : null}</td>
                  <td className="mid num">{ago(row.created_at, now)}</td>
                  <td className="mid num">{ago(row.last_seen_at, now)}</td>
                  <td><button className="btn small" type="button" onClick={() => revoke(row)}>{row.current ? "Sign out" : "End"}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}

/** `Firefox on Linux` from a user agent; the whole of it where nothing is known. */
export function browserOf(agent: string | null): string {
  if (!agent) return "Unknown browser";
  const name = /(Edg|OPR|Firefox|HeadlessChrome|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  if (!name) return agent.slice(0, 60);
  const plain = { Edg: "Edge", OPR: "Opera", HeadlessChrome: "Chrome" }[name] ?? name;
  return system ? `${plain} on ${system === "Mac OS X" ? "macOS" : system}` : plain;
}
