/**
 * Chooses a model: a field over a grouped list. The field keeps the focus, arrows move, Enter takes. What cannot be used stays
 * in the list, with the way to change that. Owns what choosing does to the thread.
 */
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ModelGroup } from "../../api/types";
import { effortWord, limitName, percentWord, resetWord, tightest } from "../../state/models";
import { useDesk, useNow, useView } from "../../state/react";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { isCommand, keyName } from "../../ui/keyname";
import { useAction } from "../../ui/load";
import { Lamp } from "../../ui/marks";
import { Modal } from "../../ui/Modal";
import { go, Link, settingsPath } from "../../ui/route";
import { Trouble } from "../../ui/Trouble";
import { favouriteKey, type Line, sectionsFor } from "./entries";
import { favourites, keepFavourites } from "./favourites";
import { groupLamp, groupState } from "./health";
import "./picker.css";
import { type How, type HowAsk } from "./useHow";

const remedy = settingsPath("models");

export function Picker({ place, direct, how, onClose }: HowAsk & { how: How; onClose: () => void }) {
  const desk = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const me = useView((state) => state.session?.person.id ?? "");
  const [typed, setTyped] = useState("");
  const [liked, setLiked] = useState(() => favourites(me));
  const loaded = useView((state) => state.models !== null);
  const assistants = useView((state) => state.assistants);
  const { run, busy, problem, clear } = useAction();
  const sections = useMemo(() => sectionsFor({ groups: how.all, typed, favourites: liked, assistants }), [how.all, typed, liked, assistants]);
  const lines = sections.flatMap((section) => section.lines);
  const current = how.group && how.model ? favouriteKey(how.group, how.model) : null;
  const [at, setAt] = useState<string | null>(current);
  const found = lines.findIndex((line) => line.key === at);
  const selected = found >= 0 ? found : 0;
  const line = lines[selected];

  useLayoutEffect(() => field.current?.focus(), []);
  // In braces: newer browsers return a promise, which an effect must not.
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [selected, sections]);

  const take = (taken: Line | undefined) => {
    if (!taken || busy) return;
    const { model } = taken;
    if (taken.off || !model) {
      onClose();
      go(remedy);
    } else void run(() => desk.chooseModel(place, direct, taken.group, model)).then((went) => went && onClose());
  };
  const like = (one: Line | undefined) => {
    if (!one?.model) return;
    const next = one.favourite ? liked.filter((key) => key !== one.key) : [...liked, one.key];
    setLiked(next);
    keepFavourites(me, next);
    setAt(one.key);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && lines.length) setAt(lines[(selected + step + lines.length) % lines.length]?.key ?? null);
    else if (event.key === "Enter") isCommand(event) ? like(line) : take(line);
    else return;
    event.preventDefault();
  };

  let index = -1;
  return (
    <Modal className="dialog palette model-picker" aria-label="Model for this thread" onClose={onClose}>
      <div className="palette-head">
        <Icon name="search" />
        <input ref={field} type="text" role="combobox" aria-label="Find a model" aria-autocomplete="list" aria-expanded={lines.length > 0} aria-controls={id}
          aria-activedescendant={line ? `${id}-${selected}` : undefined} placeholder="Find a model" autoComplete="off" spellCheck={false} enterKeyHint="done"
          maxLength={100} value={typed} onChange={(event) => {
            setTyped(event.target.value);
            setAt(null);
            clear();
          }} onKeyDown={onKey} />
        <kbd className="wide-only">Esc</kbd>
        <button className="btn tool narrow-only" type="button" aria-label="Close" onClick={onClose}><Icon name="x" /></button>
      </div>
      <div ref={list} className="palette-list" id={id} role="listbox" aria-label="Models">
        {sections.map((section) => (
          <div key={section.group?.backend ?? ""} role="group" aria-label={section.group ? `${section.name}, ${groupState(section.group).toLowerCase()}` : section.name}>
            <div className="label group-label" aria-hidden="true">
              <span>{section.name}</span>{section.group ? <Health group={section.group} /> : null}
            </div>
            {section.lines.map((one) => {
              index += 1;
              const here = index;
              return (
                <div key={one.key} id={`${id}-${here}`} className="o" role="option" aria-selected={here === selected} aria-disabled={one.off !== null || undefined}
                  onPointerMove={() => here !== selected && setAt(one.key)} onClick={() => take(one)}>
                  {one.key === current ? <Icon name="check" className="icon-s" /> : <span className="icon-s" />}
                  <Words line={one} named={section.group === null} />
                  <span className="sr">{[one.key === current ? "chosen" : "", one.favourite ? "favourite" : ""].filter(Boolean).join(", ")}</span>
                  {one.model ? (
                    // The keyboard's way is a key of the field; a button inside of an option could not be reached by it.
                    <span className={one.favourite ? "btn tool small star is-on" : "btn tool small star"} aria-hidden="true"
                      title={`${one.favourite ? "No favourite any more" : "Favourite"} (${keyName("⌘Enter")})`} onClick={(event) => {
                        event.stopPropagation();
                        like(one);
                        field.current?.focus();
                      }}><Icon name="star" /></span>
                  ) : null}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <Trouble problem={problem} />
      <p className="palette-foot" role="status">{foot({ line, loaded, typed, direct: direct ? desk.store.get().assistants[direct]?.handle ?? null : null, how, onClose })}</p>
    </Modal>
  );
}

/** With `named` it stands apart from its group and says which one it is of. */
function Words({ line: { model, off, group }, named }: { line: Line; named: boolean }) {
  const efforts = model?.efforts ?? [];
  const [least, most] = [efforts[0], efforts.at(-1)];
  return (
    <>
      <span className="cut">{model?.name ?? "No models"}</span>
      {named ? <span className="dim cut">{group.title}</span> : model ? <span className="dim cut wide-only">{model.description}</span> : null}
      <span className="r">
        {off
          ? <span>{off}, <span className="see-why">see why</span></span>
          : least && most ? <span className="wide-only">{efforts.length === 1 ? effortWord(least.id, least.name) : `${effortWord(least.id, least.name)} to ${effortWord(most.id, most.name).toLowerCase()}`}</span> : null}
      </span>
    </>
  );
}

function Health({ group }: { group: ModelGroup }) {
  const now = useNow(true, 60_000);
  const limit = tightest(group.limits);
  return (
    <span className="group-health">
      {group.state === "ready" ? null : <span>{groupState(group)}</span>}
      <Lamp kind={groupLamp(group)} label={groupState(group)} />
      {limit ? <span className={limit.used_percent >= 100 ? "num bad-ink" : limit.used_percent >= 75 ? "num needs-ink" : "num"}>{limitName(limit)} {percentWord(limit.used_percent)}{limit.resets_at ? `, ${resetWord(limit.resets_at, now)}` : ""}</span> : null}
    </span>
  );
}

interface FootAsk { line: Line | undefined; loaded: boolean; typed: string; direct: string | null; how: How; onClose: () => void }

/** What choosing the selected line would mean beyond the model. */
function foot({ line, loaded, typed, direct, how, onClose }: FootAsk): ReactNode {
  if (!line && loaded && !typed.trim()) return <>This server reaches no models yet. <Link to={remedy} onClick={onClose}>Settings, Models</Link> says how.</>;
  if (!line) return loaded ? "No model has these words." : "The models are not here yet.";
  if (line.off) return <>{line.group.title}: {sentence(line.group.problem?.message ?? line.off)} <Link to={remedy} onClick={onClose}>Settings, Models</Link> says what to do.</>;
  const { handle } = line.group;
  if (direct && handle && handle !== direct) return `@${handle} answers from then on, and what was said here goes along.`;
  if (!direct && handle && how.group?.backend !== line.group.backend) return `Used whenever @${handle} is mentioned here.`;
  return <><span className="narrow-only">{line.model?.description}</span><span className="wide-only">Enter chooses, {keyName("⌘Enter")} keeps as a favourite.</span></>;
}
