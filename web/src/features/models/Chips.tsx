/**
 * How the next turn works: the model, how hard it thinks, what it may touch, and behind one more chip what is chosen less often.
 * There while somebody with models is asked; owns opening the picker, also when no chip is.
 */
import { lazy, Suspense, useEffect, useState } from "react";
import type { ModelGroup, Permission, ThreadSettings } from "../../api/types";
import { whyNot } from "../../state/controls";
import { effortOf, effortWord, permissionNotes, permissionWords } from "../../state/models";
import { useDesk } from "../../state/react";
import { sentence } from "../../state/words";
import { Hint } from "../../ui/Hint";
import { Icon, type IconName } from "../../ui/Icon";
import { keyName } from "../../ui/keyname";
import { Menu, type MenuItem } from "../../ui/Menu";
import { Popover } from "../../ui/Popover";
import { attempt } from "../../ui/Toasts";
import { onWanted } from "../../ui/wanted";
import { FullAccess } from "./FullAccess";
import "./models.css";
import { Options } from "./Options";
import { type How, type HowAsk, useHow } from "./useHow";

const Picker = lazy(() => import("./Picker").then(({ Picker: draw }) => ({ default: draw })));

const EFFORT = "chip-effort";
const PERMISSION = "chip-permission";

export function Chips(ask: HowAsk) {
  const desk = useDesk();
  const how = useHow(ask);
  const [open, setOpen] = useState<"picker" | "full" | null>(null);
  const choose = (settings: Partial<ThreadSettings>) => attempt(desk.choose(ask.place, settings));
  const pick = () => {
    void desk.models.load();
    setOpen("picker");
  };
  useEffect(() => onWanted((what) => {
    if (what === "model") pick();
    else if (what === "effort" || what === "permission") document.getElementById(what === "effort" ? EFFORT : PERMISSION)?.click();
  }));
  const close = () => setOpen(null);
  return (
    <>
      {how.group ? (
        <span className="chips">
          <ModelChip how={how} onOpen={pick} />
          <EffortChip how={how} group={how.group} onPick={(effort) => choose({ effort })} />
          <PermissionChip how={how} group={how.group} onPick={(permission) => (permission === "full" ? setOpen("full") : choose({ permission }))} />
          <Options place={ask.place} how={how} group={how.group} />
          <OnChips how={how} onOff={choose} />
        </span>
      ) : null}
      {open === "picker" ? <Suspense fallback={null}><Picker {...ask} how={how} onClose={close} /></Suspense> : null}
      {open === "full" ? <FullAccess place={ask.place} onClose={close} /> : null}
    </>
  );
}

function ModelChip({ how, onOpen }: { how: How; onOpen: () => void }) {
  const gone = how.group?.models.length && !how.model ? how.settings.model : null;
  const name = how.model?.name ?? gone ?? how.group?.title ?? "";
  const troubled = how.group?.state !== "ready" || gone !== null;
  return (
    <button className="chip model-chip" type="button" aria-haspopup="dialog" aria-label={`Model: ${name}${troubled ? ", cannot be used now" : ""}`}
      title={`Model: ${name} (${keyName("⌘⇧M")})`} onClick={onOpen}>
      {troubled ? <Icon name="alert" /> : <Icon name="server" className="narrow-only" />}<span className="cut wide-only">{name}</span><Icon name="down" className="caret wide-only" />
    </button>
  );
}

/** A choice that whoever is asked does not have: greyed, the reason a click away. */
function Lacking({ id, label, hint, icon, why }: { id: string; label: string; hint: string; icon: IconName; why: string }) {
  return (
    <Popover id={id} label={`${label}, not to be chosen here (${hint})`} buttonClass="chip is-off" side="above" align="start"
      button={<><Icon name={icon} /><span className="wide-only" aria-hidden="true">{label}</span></>}>
      <p className="lacking"><Hint text={sentence(why)} /></p>
    </Popover>
  );
}

interface ChipProps<T> { how: How; group: ModelGroup; onPick: (picked: T) => void }

function EffortChip({ how: { model, settings }, group, onPick }: ChipProps<string>) {
  const why = whyNot("effort", group, model);
  if (why) return <Lacking id={EFFORT} label="Effort" hint={keyName("⌘⇧E")} icon="effort" why={why} />;
  const levels = model?.efforts ?? [];
  const now = model ? effortOf(model, settings.effort) : "high";
  const word = effortWord(now, levels.find((one) => one.id === now)?.name);
  return (
    <Menu id={EFFORT} label={`Effort: ${word}`} hint={keyName("⌘⇧E")} buttonClass="chip" side="above" align="start"
      button={<><Icon name="effort" /><span className="wide-only">{word}<Icon name="down" className="caret" /></span></>}
      items={levels.map((one) => ({ label: effortWord(one.id, one.name), note: short(one.description), checked: one.id === now, act: () => onPick(one.id) }))} />
  );
}

/** One line of a menu has no room for two. */
const short = (text: string) => (text.length <= 44 ? text : "");

function PermissionChip({ how: { settings, shared, notOwn }, group, onPick }: ChipProps<Permission>) {
  const why = whyNot("permission", group);
  if (why) return <Lacking id={PERMISSION} label="Permission" hint={keyName("⌘⇧P")} icon="shield" why={why} />;
  const now = settings.permission;
  const all: Permission[] = ["read_only", "standard", "full"];
  const ruled = settings.home === "own" && notOwn === null && whyNot("home", group) === null;
  const items = all.map((one): MenuItem => {
    const kept = one === "full" ? shared : null;
    return { label: permissionWords[one], note: kept ?? (ruled && one !== "full" ? "asks for what your saved rules do not allow" : permissionNotes[one]), checked: one === now, disabled: kept !== null && one !== now, act: () => onPick(one) };
  });
  return (
    <Menu id={PERMISSION} label={`Permission: ${permissionWords[now]}`} hint={keyName("⌘⇧P")} buttonClass={now === "full" ? "chip is-full" : "chip"} side="above" align="start"
      button={<><Icon name={now === "full" ? "alert" : "shield"} /><span className="wide-only">{permissionWords[now]}<Icon name="down" className="caret" /></span></>} items={items} />
  );
}

/** What is on beside the usual stays in sight, and goes with a click. */
function OnChips({ how: { settings, model, group }, onOff }: { how: How; onOff: (settings: Partial<ThreadSettings>) => void }) {
  const noPlan = group ? whyNot("plan", group) : null;
  const noFast = group ? whyNot("fast", group, model) : null;
  const folder = settings.folder?.split(/[\\/]/).filter(Boolean).at(-1);
  return (
    <>
      {settings.plan ? <button className={noPlan ? "chip is-off" : "chip is-on"} type="button" title={noPlan ? `${sentence(noPlan)} Click: turn it off` : "Plans first and does nothing yet. Click: work at once"} aria-label="Plan first is on. Turn it off" onClick={() => onOff({ plan: false })}><Icon name="plan" /><span className="wide-only">Plan</span></button> : null}
      {settings.fast && group ? <button className={noFast ? "chip is-off" : "chip is-on"} type="button" title={noFast ? `${sentence(noFast)} Click: turn it off` : "Fast, uses the limit sooner. Click: the usual speed"} aria-label="Fast is on. Turn it off" onClick={() => onOff({ fast: false })}><Icon name="bolt" /></button> : null}
      {folder ? <span className="chip wide-only" title={settings.folder ?? ""}><Icon name="file" /><span className="cut folder-name">{folder}</span></span> : null}
    </>
  );
}
