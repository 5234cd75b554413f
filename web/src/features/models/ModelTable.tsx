/** The models of a backend: which one threads begin with, and which are shown. */
import { useId } from "react";
import type { Backend, BackendPatch, Millis, Model } from "../../api/types";
import { effortWord } from "../../state/models";
import { ago } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";

export interface TableProps {
  backend: Backend;
  admin: boolean;
  now: Millis;
  busy: boolean;
  refreshing: boolean;
  onChange: (patch: BackendPatch) => Promise<unknown>;
  onRefresh: () => void;
}

export function ModelTable({ backend, admin, now, busy, refreshing, onChange, onRefresh }: TableProps) {
  const name = useId();
  const { models, default_model, models_at, models_from, title } = backend;
  const usual = models.find((model) => model.is_default);
  const chosen = default_model ?? usual?.id ?? null;
  const hidden = models.filter((model) => model.hidden).map((model) => model.id);
  const shown = admin ? models : models.filter((model) => !model.hidden);
  const turn = (model: Model) => onChange({ hidden: model.hidden ? hidden.filter((id) => id !== model.id) : [...hidden, model.id] });
  return (
    <>
      <table className="table models-table" aria-label={`Models of ${title}`}>
        <thead>
          <tr>
            <th className="default-col">Default</th><th>Model</th><th className="opt-col">Id</th><th className="opt-col">Effort</th>
            <th>{admin ? <button className="btn small quiet" type="button" disabled={busy} onClick={onRefresh}>{refreshing ? <Lamp kind="running" /> : <Icon name="refresh" />}{refreshing ? "Asking" : "Refresh"}</button> : null}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((model) => (
            <tr key={model.id} className={model.hidden ? "is-hidden" : undefined}>
              <td>{admin
                ? <input className="radio" type="radio" name={name} checked={model.id === chosen} disabled={busy || model.hidden} aria-label={`Default: ${model.name}`} onChange={() => void onChange({ default_model: model.id })} />
                : model.id === chosen ? <Icon name="check" className="icon-s" /> : null}
              </td>
              <td className={model.id === chosen ? "strong" : undefined} title={model.description}>{model.name}{model.verified ? null : <span className="hint"> not confirmed</span>}{model.hidden ? <span className="hint"> hidden</span> : null}</td>
              <td className="mono dim opt-col">{model.id}</td>
              <td className="dim opt-col">{span(model)}</td>
              <td>{admin ? (
                <button className="btn tool small" type="button" disabled={busy || (model.id === chosen && !model.hidden)} aria-label={`${model.hidden ? "Show" : "Hide"} ${model.name}`}
                  title={model.id === chosen && !model.hidden ? "The default is always shown" : `${model.hidden ? "Show" : "Hide"} ${model.name}`} onClick={() => void turn(model)}>
                  <Icon name={model.hidden ? "eyeoff" : "eye"} />
                </button>
              ) : null}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint table-foot">
        {models_from === "seed" ? "What most accounts have; this one has not listed its own yet." : models_at ? `Listed by the account ${ago(models_at, Math.max(now, models_at))}.` : ""}
        {admin && default_model && usual && usual.id !== default_model ? <> <button className="btn small quiet" type="button" disabled={busy} onClick={() => void onChange({ default_model: null })}>Back to the account’s own, {usual.name}</button></> : null}
      </p>
    </>
  );
}

function span({ efforts }: Model): string {
  const [least, most] = [efforts[0], efforts.at(-1)];
  if (!least || !most) return "none to choose";
  const word = (one: typeof least) => effortWord(one.id, one.name);
  return least === most ? word(least) : `${word(least)} to ${word(most).toLowerCase()}`;
}
