/** The person: how others see them, how this browser looks and tells them, and the way out. */
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { house } from "../../api/house";
import type { Person } from "../../api/types";
import { type Theme, theme } from "../../state/local";
import { useDesk, useView } from "../../state/react";
import { capital } from "../../state/words";
import { Choice } from "../../ui/Choice";
import { Field } from "../../ui/Field";
import { useAction } from "../../ui/load";
import { Face } from "../../ui/marks";
import { SheetHead } from "../../ui/SheetHead";
import { attempt } from "../../ui/Toasts";
import { Trouble } from "../../ui/Trouble";

const themes: [Theme, string][] = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]];

export function Profile({ drawNotify }: { drawNotify: () => ReactNode }) {
  const desk = useDesk();
  const person = useView((state) => state.session?.person);
  const [colours, setColours] = useState(theme.get);
  const pick = (value: Theme) => {
    theme.set(value);
    setColours(value);
  };
  if (!person) return null;
  return (
    <>
      <SheetHead title="Profile" lead="How others see you, and how this browser looks and tells you." />
      <section className="card" aria-label="You">
        <div className="top">
          <Face name={person.name} of="me" size="l" />
          <div className="grow lines"><h2>{person.name}<span className="tag">{capital(person.role)}</span></h2><div className="sub">@{person.handle}</div></div>
          <button className="btn" type="button" onClick={() => attempt(desk.signOut())}>Sign out</button>
        </div>
        <NameForm person={person} />
      </section>
      {drawNotify()}
      <div className="h-row"><h2>Look</h2></div>
      <section className="card" aria-label="Look">
        <div className="setting">
          <div className="grow"><div className="strong">Colours</div><p className="hint">In this browser only.</p></div>
          <Choice label="Colours" value={colours} options={themes} onPick={pick} />
        </div>
      </section>
    </>
  );
}

function NameForm({ person }: { person: Person }) {
  const desk = useDesk();
  const action = useAction();
  const [name, setName] = useState(person.name);
  const [handle, setHandle] = useState(person.handle);
  const [saved, setSaved] = useState(false);
  const changed = name.trim() !== person.name || handle !== person.handle;
  useEffect(() => {
    if (changed) setSaved(false);
  }, [changed]);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const went = await action.run(async () => {
      const now = await house.changePerson(person.id, {
        ...(name.trim() === person.name ? {} : { name: name.trim() }), ...(handle === person.handle ? {} : { handle }),
      });
      const { session } = desk.store.get();
      if (session) desk.store.apply({ type: "session", session: { ...session, person: now } });
      desk.store.apply({ type: "person", person: now });
      setName(now.name);
      setHandle(now.handle);
    });
    setSaved(went);
  };
  return (
    <form className="in-card form" onSubmit={(event) => void save(event)}>
      <Field label="Name" value={name} required maxLength={120} autoComplete="name" onChange={(event) => setName(event.target.value)} />
      <Field label="Handle" before="@" value={handle} required minLength={2} maxLength={32} spellCheck={false} autoCapitalize="none" autoComplete="off"
        hint="What others write to mention you. Old mentions keep the old one."
        onChange={(event) => setHandle(event.target.value.replace(/^@/, "").toLocaleLowerCase())} />
      <Trouble problem={action.problem} />
      <div className="do">
        <button className="btn" type="submit" disabled={!changed || !name.trim() || !handle || action.busy}>Save</button>
        <span className="hint" role="status">{saved && !changed ? "Saved" : ""}</span>
      </div>
    </form>
  );
}
