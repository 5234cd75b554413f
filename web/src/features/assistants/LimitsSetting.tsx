/** How long an assistant may take. */
import { type FormEvent, useId, useState } from "react";
import type { AssistantPatch, Limits } from "../../api/house";
import { Icon } from "../../ui/Icon";

interface Bound { key: keyof Limits; label: string; note: string; usual: number }

const bounds: Bound[] = [
  { key: "mention_s", label: "Answer to a mention", note: "in a thread with others", usual: 120 },
  { key: "direct_s", label: "Answer in a direct thread", note: "where it answers every message", usual: 1800 },
  { key: "idle_s", label: "Silence", note: "without a word or a step", usual: 300 },
];

/** An empty field is the default. */
const parsed = (typed: string): number | null => (typed.trim() === "" ? null : Number(typed));
const isWrong = (seconds: number | null) => seconds !== null && (!Number.isInteger(seconds) || seconds < 1);

export interface LimitsSettingProps { limits: Limits; name: string; busy: boolean; onChange: (patch: AssistantPatch) => Promise<boolean> }

export function LimitsSetting({ limits, name, busy, onChange }: LimitsSettingProps) {
  const id = useId();
  const [typed, setTyped] = useState<Partial<Record<keyof Limits, string>>>({});
  const wanted: Limits = { ...limits };
  for (const { key } of bounds) if (typed[key] !== undefined) wanted[key] = parsed(typed[key]);
  const changed = bounds.some(({ key }) => wanted[key] !== limits[key]);
  const wrong = bounds.some(({ key }) => isWrong(wanted[key]));
  const save = (event: FormEvent) => {
    event.preventDefault();
    void onChange({ limits: wanted }).then((went) => went && setTyped({}));
  };
  const told = bounds.map(({ key, usual }) => `${limits[key] ?? usual} s`);
  return (
    <details className="limits-setting">
      <summary><Icon name="right" className="turnkey" /><span className="mid">Time limits</span><span className="hint num">mention {told[0]}, direct {told[1]}, silence {told[2]}</span></summary>
      <form onSubmit={save} aria-label={`Time limits of ${name}`}>
        {bounds.map(({ key, label, note, usual }) => (
          <div className="line-setting" key={key}>
            <label htmlFor={`${id}-${key}`}>{label}<span className="hint"> {note}</span></label>
            <span className={isWrong(wanted[key]) ? "field seconds bad" : "field seconds"}>
              <input id={`${id}-${key}`} inputMode="numeric" placeholder={String(usual)} value={typed[key] ?? String(limits[key] ?? "")}
                aria-invalid={isWrong(wanted[key]) || undefined} onChange={(event) => setTyped({ ...typed, [key]: event.target.value })} />
              <span className="dim">s</span>
            </span>
          </div>
        ))}
        {changed ? (
          <div className="do">
            <button className="btn small" type="submit" disabled={wrong || busy}>Save</button>
            <button className="btn small quiet" type="button" onClick={() => setTyped({})}>Leave as it was</button>
            {wrong ? <span className="error-line">Whole seconds, at least 1. Empty is the default.</span> : null}
          </div>
        ) : null}
      </form>
    </details>
  );
}
