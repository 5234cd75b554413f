/** Who is in a thread: adding, removing, leaving. Owns who may do which, as the server's rules say; drawn in a popover or a dialog. */
import { type KeyboardEvent, useId, useState } from "react";
import type { Author, Id, Person, Thread } from "../../api/types";
import { typingIn } from "../../state/here";
import { useDesk, useNow, useView } from "../../state/react";
import { Icon } from "../../ui/Icon";
import { Face } from "../../ui/marks";
import { Popover } from "../../ui/Popover";
import { chatPath, go } from "../../ui/route";
import { attempt } from "../../ui/Toasts";

const SHOWN = 4;

/** The faces in the bar, which open the list. */
export function MembersButton({ thread }: { thread: Thread }) {
  const me = useView((state) => state.session?.person.id);
  const presence = useView((state) => state.presence);
  const members = thread.members ?? [];
  if (members.length === 0) return null;
  const more = members.length - SHOWN;
  return (
    <span className="wide-only">
      <Popover label={`Members: ${members.map((member) => firstName(member.name)).join(", ")}`} buttonClass="faces-btn" align="end"
        button={(
          <span className="faces" aria-hidden="true">
            {members.slice(0, more > 0 ? SHOWN - 1 : SHOWN).map((member) => (
              <Face key={member.id} name={member.name} of={member.id === me ? "me" : "person"} size="s" here={member.id !== me && member.id in presence} />
            ))}
            {more > 0 ? <span className="face s">+{more + 1}</span> : null}
            {members.length === 1 ? <Icon name="plus" className="icon-s" /> : null}
          </span>
        )}>
        <MemberList thread={thread} />
      </Popover>
    </span>
  );
}

const firstName = (name: string) => name.split(" ")[0] ?? name;

export function MemberList({ thread }: { thread: Thread }) {
  const desk = useDesk();
  const me = useView((state) => state.session?.person);
  const presence = useView((state) => state.presence);
  const now = useNow(true);
  const members = thread.members ?? [];
  const writes = new Set(typingIn(presence, thread.id, now, me?.id));
  const mayRemove = me?.id === thread.created_by || me?.role === "admin";
  const isMember = members.some((member) => member.id === me?.id);
  const remove = (person: Id) => attempt(desk.removeMember(thread.id, person).then(() => {
    // A thread that one no longer sees cannot stay on the screen.
    if (person === me?.id && thread.visibility === "private") go(chatPath(null));
  }));
  const stateOf = (member: Author) => (member.id === me?.id ? "you" : writes.has(member.id) ? "typing" : member.id in presence ? "here" : "");
  return (
    <div className="members">
      <AddMember thread={thread} members={members} />
      <ul>
        {members.map((member) => (
          <li key={member.id} className="o">
            <Face name={member.name} of={member.id === me?.id ? "me" : "person"} size="s" here={member.id !== me?.id && member.id in presence} />
            <span className="cut"><span className="strong">{member.name}</span> <span className="dim">@{member.handle}</span></span>
            <span className="r">{stateOf(member)}</span>
            {member.id !== me?.id && mayRemove ? (
              <button className="btn tool small" type="button" aria-label={`Remove ${member.name}`} title={`Remove ${member.name}`} onClick={() => remove(member.id)}><Icon name="x" /></button>
            ) : null}
          </li>
        ))}
      </ul>
      <p className="foot">
        <span className="grow">{thread.visibility === "open" ? "Everyone in this workspace can read and write here." : "Only members can see this thread."}</span>
        {me && isMember && members.length > 1 ? <button className="btn small quiet" type="button" onClick={() => remove(me.id)}>Leave</button> : null}
      </p>
    </div>
  );
}

/** A field that offers whoever is not in the thread yet; arrows and Enter pick. */
function AddMember({ thread, members }: { thread: Thread; members: Author[] }) {
  const desk = useDesk();
  const people = useView((state) => state.people);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const inside = new Set(members.map((member) => member.id));
  const asked = typed.trim().replace(/^@/, "").toLocaleLowerCase();
  const found = Object.values(people)
    .filter((person) => !inside.has(person.id) && `${person.name} ${person.handle}`.toLocaleLowerCase().split(/\s+/).some((word) => word.startsWith(asked)))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, 6);
  const open = asked !== "";
  const selected = Math.min(at, found.length - 1);
  const add = (person: Person | undefined) => {
    if (!person) return;
    setTyped("");
    setAt(0);
    attempt(desk.addMember(thread.id, person.id));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) setAt((selected + step + found.length) % found.length);
    else if (event.key === "Enter") add(open ? found[selected] : undefined);
    else if (event.key === "Escape" && typed) setTyped("");
    else return;
    event.preventDefault();
  };
  if (Object.keys(people).every((person) => inside.has(person))) return <p className="label">Everyone of this workspace is in this thread.</p>;
  return (
    <>
      <label className="field">
        <Icon name="plus" /><span className="sr">Add somebody</span>
        <input type="text" role="combobox" placeholder="Add somebody" autoComplete="off" aria-autocomplete="list" aria-expanded={open && found.length > 0} aria-controls={id}
          aria-activedescendant={open && found.length ? `${id}-${selected}` : undefined} value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={onKey} />
      </label>
      <div id={id} role="listbox" aria-label="People to add" hidden={!open || found.length === 0}>
        {open ? found.map((person, index) => (
          <div key={person.id} id={`${id}-${index}`} className="o" role="option" aria-selected={index === selected}
            onPointerDown={(event) => {
              event.preventDefault();
              add(person);
            }}>
            <Face name={person.name} of="person" size="s" /><span className="cut"><span className="strong">{person.name}</span> <span className="dim">@{person.handle}</span></span><span className="r">Add</span>
          </div>
        )) : null}
      </div>
      {open && found.length === 0 ? <p className="label" role="status">Nobody of this name is missing here.</p> : null}
    </>
  );
}
