/**
 * The facts about one turn beside its log: the plan, the files, what it runs with and what it used. Owns which turn that is and
 * the order of the facts; all of them are what the page has anyway, so its card leaves out what stands here.
 */
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { api } from "../../api/client";
import type { Id, Turn } from "../../api/types";
import { askedBy } from "../../state/asks";
import { type HeldItem, turnIsOpen } from "../../state/model";
import { useDesk, useNow, useView } from "../../state/react";
import { turnInFocus } from "../../state/view";
import { clock, plain, time, took, turnWords } from "../../state/words";
import { closeAside, nowBeside, showInAside } from "../../ui/aside";
import { changeWords } from "../../ui/diff";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { go, turnPath } from "../../ui/route";
import { StatView } from "../../ui/StatView";
import { attempt } from "../../ui/Toasts";
import { Checklist, stepsDone } from "./Checklist";
import { changedFiles, type ChangedFile, nameAndPlace, planOf } from "./facts";
import { fullness, homeWords, modelWords, networkWords, noteSentences, permissionWords, tokens } from "./foot";
import { showFile } from "./show-file";
import "./aside.css";

/** From here on the conversation is close to being summed up. */
const HIGH = 75;
/** More files than anybody looks through at a glance. */
const FILES = 60;

export interface TurnAsideProps {
  thread: Id;
  /** The turn that the address names. */
  asked: Id | null;
  place: "beside" | "over";
  /** How much of the plan behind an assistant is used is another feature's to tell. */
  drawLimits: (assistant: Id) => ReactNode;
}

const none: Record<Id, HeldItem> = {};

export function TurnAside({ thread, asked, place, drawLimits }: TurnAsideProps) {
  const desk = useDesk();
  const turns = useView((state) => state.turns);
  const focus = useMemo(() => turnInFocus(turns, thread, asked), [turns, thread, asked]);
  const usual = useMemo(() => turnInFocus(turns, thread, null), [turns, thread]);
  const turn = focus?.turn;
  const root = useRef<HTMLElement>(null);
  const told = place === "beside" ? turn?.id ?? null : null;
  // Of an attempt that another took the place of, nobody else asks for what it did.
  const began = turn?.id === asked && turn?.started_at ? asked : null;
  useEffect(() => {
    if (began) attempt(desk.loadTurn(began));
  }, [desk, began]);
  useLayoutEffect(() => nowBeside(told), [told]);
  useEffect(() => () => nowBeside(null), []);
  useOver(place === "over", root);
  return (
    <>
      {place === "over" ? <div className="aside-scrim" onClick={closeAside} /> : null}
      <aside ref={root} className={`aside ${place}`} aria-label="Turn" tabIndex={0}>
        {place === "over" ? (
          <header>
            <b>Details of the turn</b><span className="grow" />
            <button className="btn tool" type="button" aria-label="Close" title="Close (Esc)" onClick={closeAside}><Icon name="x" /></button>
          </header>
        ) : null}
        {turn && focus ? (
          <>
            <Which turn={turn} beside={focus.beside} isUsual={usual?.turn.id === turn.id} />
            <Facts key={turn.id} turn={turn} place={place} drawLimits={drawLimits} />
          </>
        ) : <p className="hint">Nothing was asked here yet. The plan of an answer, the files it changes and what it uses stand here.</p>}
      </aside>
    </>
  );
}

/** While it lies over the log it has the focus, Esc closes it, and the focus goes back to where it came from. */
function useOver(is: boolean, root: { current: HTMLElement | null }) {
  useEffect(() => {
    if (!is) return;
    const before = document.activeElement;
    root.current?.querySelector<HTMLElement>("header .btn")?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      closeAside();
    };
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
      if (before instanceof HTMLElement) before.focus();
    };
  }, [is, root]);
}

/** Which turn this is about, where that is a choice: one of several answers, or one of before. */
function Which({ turn, beside, isUsual }: { turn: Turn; beside: Turn[]; isUsual: boolean }) {
  const assistants = useView((state) => state.assistants);
  const question = useView((state) => state.messages[turn.thread_id]?.[turn.message_id]);
  if (beside.length < 2 && isUsual) return null;
  return (
    <section className="which">
      {isUsual ? null : (
        <p>
          {question ? <a className="cut" href={turnPath(turn.thread_id, turn.id, question.seq)} onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            go(turnPath(turn.thread_id, turn.id, question.seq));
          }}>{plain(question.text) || "The message that asked"}</a> : <span className="grow" />}
          <button className="btn small quiet" type="button" onClick={() => showInAside(null)}>Newest</button>
        </p>
      )}
      {beside.length > 1 ? (
        <div className="seg" role="group" aria-label="Answer of">
          {beside.map((one) => (
            <button key={one.id} type="button" aria-pressed={one.id === turn.id} onClick={() => showInAside(one.id)}>@{assistants[one.assistant]?.handle ?? "assistant"}</button>
          ))}
        </div>
      ) : null}
    </section>
  );
}

function Facts({ turn, place, drawLimits }: { turn: Turn; place: TurnAsideProps["place"]; drawLimits: TurnAsideProps["drawLimits"] }) {
  const held = useView((state) => state.items[turn.id] ?? none);
  const questions = useView((state) => state.questions);
  const me = useView((state) => state.session?.person.id);
  const items = useMemo(() => Object.values(held).sort((a, b) => a.seq - b.seq), [held]);
  const steps = useMemo(() => planOf(items), [items]);
  const files = useMemo(() => changedFiles(items, askedBy({ questions }, turn.id)), [items, questions, turn.id]);
  const notes = noteSentences(turn.ran_with);
  return (
    <>
      {steps.length && place === "beside" ? (
        <section aria-label="Plan">
          <h2><span>Plan</span><span className="num">{stepsDone(steps)}</span></h2>
          <Checklist steps={steps} running={turnIsOpen(turn)} />
        </section>
      ) : null}
      {files.length ? <Files turn={turn} files={files} /> : null}
      <section aria-label="Turn">
        <h2><span>Turn</span></h2>
        <RanWith turn={turn} />
        {notes.length ? <ul className="notes">{notes.map((note, at) => <li key={at}>{note}</li>)}</ul> : null}
      </section>
      <section aria-label="Use">
        <h2><span>Use</span></h2>
        <Use turn={turn} />
        {drawLimits(turn.assistant)}
        {turn.person === me && turn.started_at !== null ? <p className="raw"><a href={api.rawOf(turn.id)} download title="What its program said last, word for word: for a bug report">Raw events</a></p> : null}
      </section>
    </>
  );
}

function Files({ turn, files }: { turn: Turn; files: ChangedFile[] }) {
  const { added, removed } = changeWords(files);
  return (
    <section aria-label="Changed files">
      <h2><span>Changed</span><StatView added={added} removed={removed} /></h2>
      <ul className="files">
        {files.slice(0, FILES).map((file) => {
          const { name, place } = nameAndPlace(file.path);
          return (
            <li key={file.path}>
              {file.asks ? <Lamp kind="needs" label="Waits for a decision" /> : <Icon name="file" className="icon-s dim" />}
              <button className="file-link cut mono" type="button" title={file.path} onClick={() => void lead(turn, file)}>{name}{place ? <span className="sr"> in {place}</span> : null}</button>
              <span className="grow" /><StatView added={file.added} removed={file.removed} />
            </li>
          );
        })}
      </ul>
      {files.length > FILES ? <p className="hint">and {files.length - FILES} more</p> : null}
    </section>
  );
}

/** On a phone the log is what is looked at next. */
async function lead(turn: Turn, file: ChangedFile) {
  if (document.querySelector(".aside.over")) {
    closeAside();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  if (!(await showFile(turn.id, file))) go(turnPath(turn.thread_id, turn.id, null));
}

function RanWith({ turn }: { turn: Turn }) {
  const assistant = useView((state) => state.assistants[turn.assistant]);
  const backend = useView((state) => state.backends?.[assistant?.backend ?? ""]?.title);
  const models = useView((state) => state.models?.find((one) => one.backend === assistant?.backend)?.models);
  const me = useView((state) => state.session?.person.id);
  const person = useView((state) => state.people[turn.person]?.name);
  const open = turnIsOpen(turn);
  const now = useNow(open && turn.started_at !== null);
  const { ran_with: ran, started_at: began, ended_at: ended } = turn;
  const words = turnWords(turn);
  const rows: [string, ReactNode, (string | undefined)?][] = [["Assistant", `@${assistant?.handle ?? "assistant"}${backend ? `, ${backend}` : ""}`]];
  if (turn.person !== me && person) rows.push(["Asked by", person]);
  if (ran?.model) rows.push(["Model", modelWords(ran, models), ran.model]);
  if (ran?.tier) rows.push(["Tier", ran.tier.replaceAll("_", " ")]);
  if (ran) rows.push(["Permission", ran.permission === "full" ? <span className="needs-ink">{permissionWords.full}</span> : permissionWords[ran.permission] ?? ran.permission]);
  if (ran) rows.push(["Folder", ran.folder ? <span className="mono">{ran.folder}</span> : "Private", ran.folder ?? undefined]);
  if (ran?.network) rows.push(["Network", networkWords[ran.network], "What its commands can reach. Web searches and tools go their own ways"]);
  if (ran?.home === "own") rows.push(["Home", homeWords(ran)]);
  if (turn.runs_on) rows.push(["Runs on", turn.runs_on, turn.runs_on]);
  if (began === null) rows.push([open ? "State" : "Ended", open ? words.text : "before it began"], ["Asked", time(turn.queued_at)]);
  else rows.push(["Began", time(began)], ended === null ? ["So far", clock(now - began)] : ["Took", took(ended - began)]);
  return <dl className="kv num">{rows.map(([name, value, title]) => <div key={name}><dt>{name}</dt><dd title={title}>{value}</dd></div>)}</dl>;
}

function Use({ turn }: { turn: Turn }) {
  const { usage } = turn;
  const full = usage ? fullness(usage) : null;
  const cached = usage && usage.input > 0 ? Math.floor((usage.cached / usage.input) * 100) : 0;
  return (
    <>
      {usage ? (
        <dl className="kv num">
          {full === null ? null : <div><dt>Context</dt><dd>{tokens(usage.context)} of {tokens(usage.window ?? 0)}</dd></div>}
          <div><dt>In</dt><dd>{tokens(usage.input)}{cached > 0 ? `, ${cached}% cached` : ""}</dd></div>
          <div><dt>Out</dt><dd>{tokens(usage.output)}{usage.reasoning > 0 ? `, ${tokens(usage.reasoning)} thought` : ""}</dd></div>
        </dl>
      ) : <p className="hint">{turnIsOpen(turn) ? "It has not said yet." : "It did not say."}</p>}
      {full === null ? null : <span className={full >= HIGH ? "meter high" : "meter"} role="img" aria-label={`Context ${full} percent used`}><i style={{ width: `${full}%` }} /></span>}
    </>
  );
}
