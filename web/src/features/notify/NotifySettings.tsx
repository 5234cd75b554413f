/** What this browser tells when nobody looks at the page, one switch per kind. Asks the browser only when its button is pressed. */
import { Icon } from "../../ui/Icon";
import { Switch } from "../../ui/Switch";
import { attempt } from "../../ui/Toasts";
import type { Kind } from "./notes";
import { askPermission, type Permission, useWishes, wish } from "./wishes";

const rows: { kind: Kind; name: string; hint: string }[] = [
  { kind: "needs", name: "Needs you", hint: "An assistant you asked waits for your decision." },
  { kind: "done", name: "Answered", hint: "An answer you asked for is complete." },
  { kind: "failed", name: "Failed", hint: "An answer you asked for could not be given." },
  { kind: "mention", name: "Mentioned", hint: "Somebody wrote your name." },
];

const states: Record<Permission, string> = {
  unsupported: "This browser shows none here. They need https, or the page on this machine itself.",
  default: "Shown by this browser while you look at something else. Nothing leaves this machine.",
  denied: "This browser refuses them for this address. Allow them in its site settings, then load the page again.",
  granted: "Shown by this browser while you look at something else.",
};

export function NotifySettings() {
  const { wishes, permission } = useWishes();
  const granted = permission === "granted";
  return (
    <>
      <div className="h-row"><h2>Notifications</h2></div>
      <section className="card" aria-label="Notifications">
        <div className="setting">
          <div className="grow"><div className="strong">In this browser</div><p className="hint">{states[permission]}</p></div>
          {permission === "default" ? <button className="btn" type="button" onClick={() => attempt(askPermission())}><Icon name="bell" />Allow notifications</button> : null}
          {granted ? <span className="tag good">Allowed</span> : null}
          {permission === "denied" ? <span className="tag bad">Refused</span> : null}
        </div>
        {granted ? rows.map(({ kind, name, hint }) => (
          <div className="setting" key={kind}>
            <div className="grow"><div className="strong">{name}</div><p className="hint">{hint}</p></div>
            <Switch label={name} on={wishes[kind]} onTurn={(on) => wish(kind, on)} />
          </div>
        )) : null}
      </section>
    </>
  );
}
