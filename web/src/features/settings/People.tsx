/** Who is in this workspace. Everyone sees the list; admins invite, change roles, make links and remove. */
import { useEffect, useState } from "react";
import { house, type Invitation, type Managed, type Role } from "../../api/house";
import type { Id } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { capital } from "../../state/words";
import { Choice } from "../../ui/Choice";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Face, Lamp } from "../../ui/marks";
import { Menu } from "../../ui/Menu";
import { SheetHead } from "../../ui/SheetHead";
import { Trouble } from "../../ui/Trouble";
import { Invite, OneLink } from "./Invite";
import { RemovePerson } from "./RemovePerson";

const roles: [Role, string][] = [["admin", "Admin"], ["member", "Member"]];

export function People() {
  const desk = useDesk();
  const me = useView((state) => state.session?.person);
  const people = useView((state) => state.people);
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<(Invitation & { person: Managed }) | null>(null);
  const [removing, setRemoving] = useState<Managed | null>(null);
  const action = useAction();
  const { run } = action;
  // The stream tells of changes; who was invited but never came is told to admins who ask.
  useEffect(() => {
    void run(async () => {
      const since = desk.store.get().seen;
      desk.store.apply({ type: "people", since, people: (await house.people()).items });
    });
  }, [desk, run]);

  const admin = me?.role === "admin";
  const rows = (Object.values(people) as Managed[]).sort((a, b) => a.name.localeCompare(b.name));
  const changeRole = (person: Managed, role: Role) => action.run(async () => {
    const now = await house.changePerson(person.id, { role });
    desk.store.apply({ type: "person", person: { ...person, ...now } });
  });
  const newLink = (person: Managed) => action.run(async () => {
    setInviting(false);
    setLink({ ...await house.newLink(person.id), person });
  });
  return (
    <>
      <SheetHead title="People and roles" lead="Everyone in this workspace. Admins invite, open assistants to others, and see health and audit; members write and ask.">
        {admin ? <button className="btn" type="button" aria-expanded={inviting} onClick={() => setInviting(!inviting)}><Icon name="plus" />Invite</button> : null}
      </SheetHead>
      {inviting ? <Invite onClose={() => setInviting(false)} onInvited={(made) => {
        desk.store.apply({ type: "person", person: made.person });
        setInviting(false);
        setLink(made);
      }} /> : null}
      {link ? <OneLink link={link} onClose={() => setLink(null)} /> : null}
      <Trouble problem={action.problem} />
      <ul className="card people" aria-label="People">
        {rows.map((person) => (
          <li key={person.id}>
            <Face name={person.name} of={person.id === me?.id ? "me" : "person"} size="l" />
            <div className="lines">
              <div className="person-name"><bdi className="strong wraps">{person.name}</bdi>{person.id === me?.id ? <span className="tag">You</span> : <Here id={person.id} />}{person.invited ? <span className="tag needs">Invited</span> : null}</div>
              <div className="hint">@{person.handle}{person.invited ? ", has never signed in" : ""}</div>
            </div>
            {admin ? (
              <div className="person-do">
                <Choice label={`Role of ${person.name}`} value={person.role} options={roles} disabled={action.busy} onPick={(role) => role !== person.role && void changeRole(person, role)} />
                <Menu label={`More about ${person.name}`} button={<Icon name="dots" />} buttonClass="btn tool" side="below" align="end" items={[
                  { label: "Make a sign-in link", icon: "key", act: () => void newLink(person) },
                  { label: "Remove", icon: "x", disabled: person.id === me?.id, act: () => setRemoving(person) },
                ]} />
              </div>
            ) : <span className="tag">{capital(person.role)}</span>}
          </li>
        ))}
      </ul>
      {removing ? <RemovePerson person={removing} onClose={() => setRemoving(null)} onGone={() => {
        desk.store.apply({ type: "person_removed", id: removing.id });
        setLink((now) => (now?.person.id === removing.id ? null : now));
      }} /> : null}
    </>
  );
}

function Here({ id }: { id: Id }) {
  const here = useView((state) => state.presence[id] !== undefined);
  return here ? <span className="here"><Lamp kind="ready" />here now</span> : null;
}
