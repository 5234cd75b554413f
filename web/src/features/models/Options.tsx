/** What is chosen less often: fast, plan first, showing thoughts, the folder, and whose home. Each with its reason where it cannot be. */
import { type ReactNode, useEffect, useId } from "react";
import type { ModelGroup, ThreadSettings } from "../../api/types";
import type { Place } from "../../state/model";
import { whyNot } from "../../state/controls";
import { useDesk, useView } from "../../state/react";
import { sentence } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { type Action, useAction } from "../../ui/load";
import { Popover } from "../../ui/Popover";
import { Switch } from "../../ui/Switch";
import { Trouble } from "../../ui/Trouble";
import type { How } from "./useHow";

export interface OptionsProps { place: Place; how: How; group: ModelGroup }

export function Options(props: OptionsProps) {
  return (
    <Popover label="More about how it works" button={<Icon name="sliders" />} buttonClass="chip" side="above" align="start">
      <Panel {...props} />
    </Popover>
  );
}

function Panel({ place, how, group }: OptionsProps) {
  const desk = useDesk();
  const action = useAction();
  const { settings, model } = how;
  const choose = (patch: Partial<ThreadSettings>) => void action.run(() => desk.choose(place, patch));
  return (
    <div className="options">
      <Line label="Fast" hint="Uses the limit sooner" off={whyNot("fast", group, model)} on={settings.fast} busy={action.busy} onTurn={(on) => choose({ fast: on })} />
      <Line label="Plan first" hint="Says what it would do, and does nothing yet" off={whyNot("plan", group)} on={settings.plan} busy={action.busy} onTurn={(plan) => choose({ plan })} />
      <Line label="Show reasoning" hint="What it thinks, folded in its answer" off={null} on={settings.show_reasoning} busy={action.busy} onTurn={(on) => choose({ show_reasoning: on })} />
      <Folders off={whyNot("folder", group)} settings={settings} action={action} onPick={(folder) => choose({ folder })} />
      <Homes off={whyNot("home", group) ?? how.notOwn} settings={settings} action={action} onPick={(home) => choose({ home })} />
      <Trouble problem={action.problem} />
    </div>
  );
}

interface LineProps { label: string; hint: string; off: string | null; on: boolean; busy: boolean; onTurn: (on: boolean) => void }

/** What is on although it cannot be any more can still be turned off. */
function Line({ label, hint, off, on, busy, onTurn }: LineProps): ReactNode {
  return (
    <div className="option-line">
      <span className="grow lines"><span className={off ? "dim" : undefined}>{label}</span><br /><span className="hint"><Hint text={off ? sentence(off) : hint} /></span></span>
      <Switch label={label} on={on} disabled={busy || (off !== null && !on)} onTurn={onTurn} />
    </div>
  );
}

const none: string[] = [];

function Folders({ off, settings, action, onPick }: { off: string | null; settings: ThreadSettings; action: Action; onPick: (folder: string | null) => void }) {
  const desk = useDesk();
  const name = useId();
  const admin = useView((state) => state.session?.person.role === "admin");
  const allowed = useView((state) => state.folders ?? none);
  useEffect(() => void desk.models.loadFolders(), [desk]);
  const folders = settings.folder && !allowed.includes(settings.folder) ? [settings.folder, ...allowed] : allowed;
  return (
    <fieldset className="folders">
      <legend className="hint">Folder</legend>
      {off ? <p className="hint"><Hint text={sentence(off)} /></p> : null}
      <Radio name={name} label="Private folder" note="empty, for this thread only" on={settings.folder === null} disabled={action.busy || (off !== null && settings.folder === null)} onPick={() => onPick(null)} />
      {folders.map((folder) => (
        <Radio key={folder} name={name} label={folder} exact note={allowed.includes(folder) ? "" : "not allowed any more"} on={settings.folder === folder} disabled={action.busy || off !== null} onPick={() => onPick(folder)} />
      ))}
      {off ? null : (
        <>
          <p className="hint">{admin ? "Allow one on the server" : "An admin allows one on the server"}:</p>
          <Command text="switchboard folders allow PATH" />
        </>
      )}
    </fieldset>
  );
}

/** What lies in the own home outranks the permission, so it is said where it is chosen. */
function Homes({ off, settings, action, onPick }: { off: string | null; settings: ThreadSettings; action: Action; onPick: (home: ThreadSettings["home"]) => void }) {
  const name = useId();
  const own = settings.home === "own";
  return (
    <fieldset className="folders">
      <legend className="hint">Home of its program</legend>
      {off ? <p className="hint"><Hint text={sentence(off)} /></p> : null}
      <Radio name={name} label="Private home" note="nothing of yours but the sign-in" on={!own} disabled={action.busy || (off !== null && !own)} onPick={() => onPick("house")} />
      <Radio name={name} label="My own" note="your rules, tools, hooks, history" on={own} disabled={action.busy || off !== null} onPick={() => onPick("own")} />
      {own && !off ? <p className="hint">What your saved rules allow runs unasked and outside the sandbox, whatever the permission.</p> : null}
    </fieldset>
  );
}

function Radio({ name, label, note, on, exact, disabled, onPick }: { name: string; label: string; note: string; on: boolean; exact?: boolean; disabled: boolean; onPick: () => void }) {
  return (
    <label className="folder-line">
      <input className="radio" type="radio" name={name} checked={on} disabled={disabled} onChange={onPick} />
      <span className={exact ? "mono wraps" : undefined}>{label}</span>{note ? <span className="hint">{note}</span> : null}
    </label>
  );
}
