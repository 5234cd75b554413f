/** Letting somebody in: a name makes a link that signs in once. */
import { type FormEvent, useState } from "react";
import { house, type Invitation, type Managed, type Role } from "../../api/house";
import { left, moment } from "../../state/moments";
import { useNow } from "../../state/react";
import { Choice } from "../../ui/Choice";
import { Command } from "../../ui/Copy";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Trouble } from "../../ui/Trouble";

type Made = Invitation & { person: Managed };

const roles: [Role, string][] = [["member", "Member"], ["admin", "Admin"]];

/** `Ada Lovelace` would be mentioned as `ada`. */
const handleOf = (name: string) => (name.trim().split(/\s+/)[0] ?? "").normalize("NFD").replace(/[^a-zA-Z0-9_-]/g, "").toLocaleLowerCase().slice(0, 32);

export function Invite({ onInvited, onClose }: { onInvited: (made: Made) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [handle, setHandle] = useState<string | null>(null);
  const [role, setRole] = useState<Role>("member");
  // One id for all tries: an invitation whose answer was lost is not made twice.
  const [id] = useState(() => crypto.randomUUID());
  const action = useAction();
  const said = handle ?? handleOf(name);
  const invite = (event: FormEvent) => {
    event.preventDefault();
    void action.run(async () => onInvited(await house.invite({ name: name.trim(), handle: said, role, client_id: id })));
  };
  return (
    <form className="card form asked" aria-label="Invite" onSubmit={invite} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <div className="pair">
        <Field label="Name" autoFocus required maxLength={120} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        <Field label="Handle" before="@" required minLength={2} maxLength={32} value={said} autoComplete="off" autoCapitalize="none" spellCheck={false}
          onChange={(event) => setHandle(event.target.value.replace(/^@/, "").toLocaleLowerCase())} />
      </div>
      <div className="role"><Choice label="Role" value={role} options={roles} onPick={setRole} /><span className="hint">{role === "admin" ? "May do everything you may." : "Writes in threads and asks what is open to everyone."}</span></div>
      <Trouble problem={action.problem} />
      <div className="do">
        <button className="btn primary" type="submit" disabled={!name.trim() || !said || action.busy}>Make the link</button>
        <button className="btn quiet" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}

/** The link, this once. */
export function OneLink({ link, onClose }: { link: Made; onClose: () => void }) {
  const now = useNow(true);
  const over = link.expires_at <= now;
  return (
    <section className="card once" aria-label={`Link for ${link.person.name}`}>
      <div className="once-head"><Icon name="key" /><b className="grow">Link for {link.person.name}</b><button className="btn tool small" type="button" aria-label="Close" onClick={onClose}><Icon name="x" /></button></div>
      <Command text={link.link} label="Copy link" />
      <p className="hint num">{over
        ? "This link is over. Make another one from the menu beside the name."
        : `Signs in whoever opens it, once, until ${moment(link.expires_at, now)} (${left(link.expires_at, now)}). It is not shown again.`}</p>
    </section>
  );
}
