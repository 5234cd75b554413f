/** Who did what, newest first, a page at a time; by action and by person. */
import { useCallback, useMemo, useState } from "react";
import { type AuditEntry, house } from "../../api/house";
import { moment } from "../../state/moments";
import { useNow, useView } from "../../state/react";
import { Icon } from "../../ui/Icon";
import { useAction, useLoad } from "../../ui/load";
import { SheetHead } from "../../ui/SheetHead";
import { Shown, Trouble } from "../../ui/Trouble";
import { actions } from "./actions";
import { browserOf } from "./browsers";

const PAGE = 50;

export function Audit() {
  const people = useView((state) => state.people);
  const [action, setAction] = useState("");
  const [person, setPerson] = useState("");
  const ask = useMemo(() => ({ limit: PAGE, ...(action ? { action } : {}), ...(person ? { person } : {}) }), [action, person]);
  const source = useLoad(useCallback(() => house.audit(ask), [ask]));
  const older = useAction();
  const more = (before: string) => older.run(async () => {
    const page = await house.audit({ ...ask, before });
    source.set((now) => ({ ...page, items: [...now.items, ...page.items] }));
  });
  const names = Object.values(people).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <SheetHead title="Audit" lead="What was changed, started and decided, and by whom. A row is written before anything runs.">
        <button className="btn" type="button" disabled={source.busy} onClick={source.again}><Icon name="refresh" />Refresh</button>
      </SheetHead>
      <div className="filters" role="group" aria-label="Filter">
        <label className="field select"><span className="sr">Action</span>
          <select value={action} onChange={(event) => setAction(event.target.value)}>
            <option value="">Every action</option>
            {actions.map(([name, noun, all]) => (
              <optgroup key={noun} label={name}>
                <option value={noun}>{name}, every action</option>
                {all.map((verb) => <option key={verb} value={`${noun}.${verb}`}>{noun}.{verb}</option>)}
              </optgroup>
            ))}
          </select><Icon name="down" className="caret" />
        </label>
        <label className="field select"><span className="sr">Person</span>
          <select value={person} onChange={(event) => setPerson(event.target.value)}>
            <option value="">Everyone</option>
            {names.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </select><Icon name="down" className="caret" />
        </label>
        {action || person ? <button className="btn small quiet" type="button" onClick={() => {
          setAction("");
          setPerson("");
        }}>Show all</button> : null}
      </div>
      <Shown source={source}>
        {({ items, next }) => (
          <div className={source.busy ? "checked is-old" : "checked"} aria-busy={source.busy}>
            <Entries items={items} />
            <Trouble problem={older.problem} />
            {next ? <p className="older-rows"><button className="btn" type="button" disabled={older.busy} onClick={() => void more(next)}>Older</button></p> : null}
          </div>
        )}
      </Shown>
    </>
  );
}

/** To whom or to what; a browser by its name, and what only a machine can read in small. */
function Subject({ entry }: { entry: AuditEntry }) {
  const { whom, object, detail, action } = entry;
  if (action === "session.open") return <>{browserOf(detail)} <span className="id">{object}</span></>;
  const [noun = "", id] = object.split(" ");
  return (
    <>
      {whom ? whom.name || `@${whom.handle}` : id && /^[0-9a-f-]{36}$/.test(id) ? <>{noun} <span className="id">{id}</span></> : object}
      {detail ? <span className="hint"> {detail}</span> : null}
    </>
  );
}

function Entries({ items }: { items: AuditEntry[] }) {
  const now = useNow(false);
  if (items.length === 0) return <p className="card blank">Nothing of the kind was noted.</p>;
  return (
    <section className="card listed" aria-label="Entries">
      <table className="table stack audit">
        <thead><tr><th>When</th><th>Who</th><th>Did</th><th>To what</th></tr></thead>
        <tbody>
          {items.map((entry) => (
            <tr key={entry.id}>
              <td className="num dim"><time dateTime={new Date(entry.at).toISOString()}>{moment(entry.at, now)}</time></td>
              <td className="who-cell">{entry.actor ? entry.actor.name || `@${entry.actor.handle}` : <span className="dim">Switchboard</span>}</td>
              <td><code>{entry.action}</code></td>
              <td className="wraps"><Subject entry={entry} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
