/** Who may use an assistant: its owner, some people, or everyone. */
import { useState } from "react";
import type { Access, AssistantPatch } from "../../api/house";
import type { Assistant, Id } from "../../api/types";
import { useView } from "../../state/react";
import { Choice } from "../../ui/Choice";
import { Icon } from "../../ui/Icon";
import { Face } from "../../ui/marks";

const options: [Access, string][] = [["owner", "Owner"], ["named", "Some people"], ["everyone", "Everyone"]];
/** From here on the list is searched rather than read. */
const MANY = 8;

export interface AccessSettingProps { assistant: Assistant; busy: boolean; onChange: (patch: AssistantPatch) => Promise<boolean> }

export function AccessSetting({ assistant, busy, onChange }: AccessSettingProps) {
  // Naming nobody yet is only a thought: it is sent with the first name.
  const [naming, setNaming] = useState(false);
  const access: Access = naming ? "named" : assistant.access;
  // What was just ticked stands until the server has said how it is.
  const [wanted, setWanted] = useState<Id[] | null>(null);
  const named = wanted ?? (assistant.people ?? []).map((one) => one.id);
  const pick = (next: Access) => {
    setNaming(next === "named");
    if (next !== "named" || named.length) void onChange({ access: next });
  };
  const name = (id: Id, may: boolean) => {
    const people = may ? [...named, id] : named.filter((one) => one !== id);
    setWanted(people);
    void onChange({ access: "named", people }).then(() => setWanted(null));
  };
  return (
    <div className="access">
      <div className="line-setting">
        <span className="mid">Who may use it</span>
        <Choice label={`Who may use ${assistant.name}`} value={access} options={options} disabled={busy} onPick={pick} />
      </div>
      {access === "named" ? <People owner={assistant.owner.id} label={`People who may use ${assistant.name}`} named={named} busy={busy} onName={name} /> : null}
    </div>
  );
}

interface PeopleProps { owner: Id; label: string; named: Id[]; busy: boolean; onName: (id: Id, may: boolean) => void }

function People({ owner, label, named, busy, onName }: PeopleProps) {
  const people = useView((state) => state.people);
  const [typed, setTyped] = useState("");
  const all = Object.values(people).filter((one) => one.id !== owner).sort((a, b) => a.name.localeCompare(b.name));
  const asked = typed.trim().toLocaleLowerCase();
  const shown = asked ? all.filter((one) => `${one.name} ${one.handle}`.toLocaleLowerCase().includes(asked)) : all;
  if (all.length === 0) return <p className="hint">Nobody else is in this workspace yet.</p>;
  return (
    <div className="named" role="group" aria-label={label}>
      {all.length >= MANY ? (
        <label className="field"><Icon name="search" /><span className="sr">Find a person</span><input type="search" placeholder="Find a person" value={typed} onChange={(event) => setTyped(event.target.value)} /></label>
      ) : null}
      <ul>
        {shown.map((one) => (
          <li key={one.id}>
            <label>
              <input type="checkbox" className="tick" checked={named.includes(one.id)} disabled={busy} onChange={(event) => onName(one.id, event.target.checked)} />
              <Face name={one.name} of="person" size="s" /><span className="cut">{one.name}</span><span className="hint">@{one.handle}</span>
            </label>
          </li>
        ))}
      </ul>
      {shown.length ? null : <p className="hint">Nobody has this name.</p>}
      {named.length ? null : <p className="hint">Until somebody is named here, its owner alone may use it.</p>}
    </div>
  );
}
