/** How long an assistant may take. */
import { type FormEvent, useId, useState } from "react";
import type { AssistantPatch, Limits } from "../../api/house";
import { Icon } from "../../ui/Icon";

const fields: [keyof Limits, string, string][] = [
  ["mention_s", "Answer to a mention", "in a thread with others"],
  ["direct_s", "Answer in a direct thread", "where it answers every message"],
  ["idle_s", "Silence", "without a word or a step"],
];

export function LimitsSetting({ limits, name, onChange }: { limits: Limits; name: string; onChange: (patch: AssistantPatch) => Promise<boolean> }) {
  const id = useId();
  const [typed, setTyped] = useState<Partial<Record<keyof Limits, string>>>({});
  const changed = Object.fromEntries(
    fields.flatMap(([key]) => (typed[key] !== undefined && Number(typed[key]) !== limits[key] ? [[key, Number(typed[key])]] : [])),
  ) as Partial<Limits>;
  const wrong = Object.values(changed).some((seconds) => !Number.isInteger(seconds) || seconds < 1);
  const save = (event: FormEvent) => {
    event.preventDefault();
    void onChange({ limits: changed }).then((went) => went && setTyped({}));
  };
  return (
    <details className="limits-setting">
      <summary><Icon name="right" className="turnkey" /><span className="mid">Time limits</span><span className="hint num">{limits.mention_s} s, direct {limits.direct_s} s, silence {limits.idle_s} s</span></summary>
      <form onSubmit={save} aria-label={`Time limits of ${name}`}>
        {fields.map(([key, label, note]) => (
          <div className="line-setting" key={key}>
            <label htmlFor={`${id}-${key}`}>{label}<span className="hint"> {note}</span></label>
            <span className="field seconds"><input id={`${id}-${key}`} inputMode="numeric" pattern="[0-9]*" value={typed[key] ?? String(limits[key])} onChange={(event) => setTyped({ ...typed, [key]: event.target.value })} /><span className="dim">s</span></span>
          </div>
        ))}
        {Object.keys(changed).length ? (
          <div className="do">
            <button className="btn small" type="submit" disabled={wrong}>Save</button>
            <button className="btn small quiet" type="button" onClick={() => setTyped({})}>Leave as it was</button>
            {wrong ? <span className="error-line">Whole seconds, at least 1.</span> : null}
          </div>
        ) : null}
      </form>
    </details>
  );
}
