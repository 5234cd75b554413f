/** Tokens for programs that act in the person's name: made here, shown once, ended here. */
import { type FormEvent, useCallback, useState } from "react";
import { house, type TokenMade, type TokenRow } from "../../api/house";
import { past } from "../../state/moments";
import { useNow } from "../../state/react";
import { Command } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { useAction, useLoad } from "../../ui/load";
import { SheetHead } from "../../ui/SheetHead";
import { Shown, Trouble } from "../../ui/Trouble";

export function Tokens() {
  const source = useLoad(useCallback(() => house.tokens().then(({ items }) => items), []));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<TokenMade | null>(null);
  const [ending, setEnding] = useState<TokenRow | null>(null);
  const done = (token: TokenMade) => {
    setMade(token);
    setMaking(false);
    source.again();
  };
  return (
    <>
      <SheetHead title="API tokens" lead="A program with a token reads and writes as you do. Give each its own, so that you can end one without the others.">
        <button className="btn" type="button" aria-expanded={making} onClick={() => setMaking(!making)}><Icon name="plus" />New token</button>
      </SheetHead>
      {making ? <Make onMade={done} onClose={() => setMaking(false)} /> : null}
      {made ? <Once made={made} onClose={() => setMade(null)} /> : null}
      <Shown source={source}>
        {(rows) => (rows.length === 0
          ? <p className="card blank">No token yet. Programs reach this server at <code>{location.origin}/api</code> with one.</p>
          : (
            <section className="card listed" aria-label="Tokens">
              <table className="table stack">
                <thead><tr><th>Name</th><th>Made</th><th>Last used</th><th><span className="sr">Revoke</span></th></tr></thead>
                <tbody>{rows.map((row) => <Row key={row.id} row={row} onEnd={() => setEnding(row)} />)}</tbody>
              </table>
            </section>
          ))}
      </Shown>
      {ending ? <Revoke row={ending} onClose={() => setEnding(null)} onDone={() => {
        setMade((now) => (now?.id === ending.id ? null : now));
        source.set((rows) => rows.filter((row) => row.id !== ending.id));
      }} /> : null}
    </>
  );
}

function Row({ row, onEnd }: { row: TokenRow; onEnd: () => void }) {
  const now = useNow(false);
  return (
    <tr>
      <td className="strong wraps">{row.name}</td>
      <td className="mid num"><span className="narrow-word">made </span>{past(row.created_at, now)}</td>
      <td className="mid num">{row.last_used_at ? <><span className="narrow-word">last used </span>{past(row.last_used_at, now)}</> : "never used"}</td>
      <td><button className="btn small" type="button" aria-label={`Revoke ${row.name}`} onClick={onEnd}>Revoke</button></td>
    </tr>
  );
}

function Make({ onMade, onClose }: { onMade: (made: TokenMade) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  // One id for all tries: a token whose answer was lost is not made twice.
  const [id] = useState(() => crypto.randomUUID());
  const action = useAction();
  const make = (event: FormEvent) => {
    event.preventDefault();
    void action.run(async () => onMade(await house.makeToken(name.trim(), id)));
  };
  return (
    <form className="card form asked" aria-label="New token" onSubmit={make} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <Field label="Name" autoFocus required maxLength={100} value={name} placeholder="nightly report" hint="What uses it, so that you know later." onChange={(event) => setName(event.target.value)} />
      <Trouble problem={action.problem} />
      <div className="do">
        <button className="btn primary" type="submit" disabled={!name.trim() || action.busy}>Make the token</button>
        <button className="btn quiet" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}

function Once({ made, onClose }: { made: TokenMade; onClose: () => void }) {
  return (
    <section className="card once" aria-label={`Token ${made.name}`}>
      <div className="once-head"><Icon name="key" /><b className="grow">{made.name}</b><button className="btn tool small" type="button" aria-label="Close" onClick={onClose}><Icon name="x" /></button></div>
      <Command text={made.token} label="Copy token" />
      <p className="hint">Shown this once; the server keeps only its fingerprint. It goes after <code>Authorization: Bearer</code>.</p>
    </section>
  );
}

function Revoke({ row, onClose, onDone }: { row: TokenRow; onClose: () => void; onDone: () => void }) {
  const action = useAction();
  const end = () => action.run(() => house.revokeToken(row.id)).then((went) => {
    if (!went) return;
    onDone();
    onClose();
  });
  return (
    <Dialog title={`Revoke “${row.name}”?`} onClose={onClose} footer={(
      <>
        <button className="btn" type="button" disabled={action.busy} onClick={() => void end()}>Revoke</button>
        <button className="btn quiet" type="button" onClick={onClose}>Keep it</button>
      </>
    )}>
      <p>What uses it is refused from now on, and its open connections end.</p>
      <Trouble problem={action.problem} />
    </Dialog>
  );
}
