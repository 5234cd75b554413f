/** Every turn that one may see, newest first: what runs, what waits, what ended and how. Owns the choice of them and fetching more. */
import { useEffect, useMemo, useRef } from "react";
import { turnIsOpen } from "../../state/model";
import { useDesk, useNow, useView } from "../../state/react";
import { type TurnRow, turnRows, turnsKey, type TurnsState } from "../../state/turn-list";
import { sameDay } from "../../state/words";
import { Choice } from "../../ui/Choice";
import { toggleDrawer } from "../../ui/drawer";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Lamp } from "../../ui/marks";
import { go, turnsPath } from "../../ui/route";
import { Trouble } from "../../ui/Trouble";
import { TurnLine } from "./TurnLine";
import "./turns.css";

const states: [TurnsState, string][] = [["all", "All"], ["running", "Running"], ["failed", "Failed"]];
const whose: ["anyone" | "mine", string][] = [["anyone", "Everyone’s"], ["mine", "Mine"]];

export function Turns({ state, mine }: { state: TurnsState; mine: boolean }) {
  const desk = useDesk();
  const of = useMemo(() => ({ state, mine }), [state, mine]);
  const list = useView((now) => now.turnLists[turnsKey(of)]);
  const me = useView((now) => now.session?.person.id);
  const turns = useView((now) => now.turns);
  const messages = useView((now) => now.messages);
  const threads = useView((now) => now.threads);
  const about = useView((now) => now.about);
  const lists = useView((now) => now.turnLists);
  const { busy, problem, run } = useAction();
  const here = list !== undefined;
  // Also when all was forgotten because the stream had to begin anew.
  useEffect(() => {
    if (!here) void run(() => desk.loadTurns(of));
  }, [desk, of, here, run]);

  const rows = useMemo(() => turnRows({ turns, messages, threads, about, turnLists: lists }, of, me), [turns, messages, threads, about, lists, of, me]);
  const now = useNow(rows.some(({ turn }) => turnIsOpen(turn)));
  const minute = Math.floor(now / 60_000) * 60_000;
  const groups = useMemo(() => groupsOf(rows, minute), [rows, minute]);
  return (
    <>
      <header className="bar">
        <button className="btn tool narrow-only" type="button" aria-label="Threads" onClick={toggleDrawer}><Icon name="menu" /></button>
        <h1>Turns</h1><span className="hint wide-only">newest first</span><span className="grow" />
        <span className="hint wide-only"><kbd>J</kbd> <kbd>K</kbd> move, <kbd>↵</kbd> open</span>
      </header>
      <div className="scroll">
        <div className="turns">
          <div className="turns-choice">
            <Choice label="Which turns" value={state} options={states} onPick={(next) => go(turnsPath(next, mine), "replace")} />
            <Choice label="Whose turns" value={mine ? "mine" : "anyone"} options={whose} onPick={(next) => go(turnsPath(state, next === "mine"), "replace")} />
          </div>
          {problem ? (
            <div className="turns-trouble">
              <Trouble problem={problem} />
              <button className="btn small" type="button" onClick={() => void run(() => desk.loadTurns(of))}><Icon name="refresh" />Try again</button>
            </div>
          ) : null}
          {!here && !problem ? <p className="loading" role="status"><Lamp kind="running" />Loading</p> : null}
          {here && rows.length === 0 ? <p className="blank">{nothing(state, mine)}</p> : null}
          {groups.map(({ name, rows: some }) => (
            <section key={name} aria-label={name}>
              <div className="group"><span>{name}</span></div>
              <ul className="turn-list">{some.map((row) => <TurnLine key={row.turn.id} row={row} now={now} />)}</ul>
            </section>
          ))}
          {list?.older ? <Older key={list.older} busy={busy} load={() => run(() => desk.loadTurns(of, "older"))} /> : null}
        </div>
      </div>
    </>
  );
}

function groupsOf(rows: TurnRow[], now: number): { name: string; rows: TurnRow[] }[] {
  const isNow = ({ turn }: TurnRow) => turnIsOpen(turn);
  const isToday = ({ turn }: TurnRow) => sameDay(turn.queued_at, now);
  const over = rows.filter((row) => !isNow(row));
  return [
    { name: "Now", rows: rows.filter(isNow) },
    { name: "Today", rows: over.filter(isToday) },
    { name: "Earlier", rows: over.filter((row) => !isToday(row)) },
  ].filter((group) => group.rows.length > 0);
}

function nothing(state: TurnsState, mine: boolean): string {
  const whom = mine ? "you asked for" : "you can see";
  return state === "running" ? `Nothing ${whom} runs now.` : state === "failed" ? `Nothing ${whom} failed.` : "Each answer of an assistant is a turn, and stands here once somebody asked.";
}

/** Loads the next page as soon as it comes into sight; by hand where that cannot be told, or did not work. */
function Older({ busy, load }: { busy: boolean; load: () => Promise<unknown> }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!button.current) return;
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && void load(), { rootMargin: "200px" });
    watch.observe(button.current);
    return () => watch.disconnect();
    // The cursor is the key of this, so each page has a watch of its own.
  }, []);
  return <button ref={button} className="btn quiet small more-rows" type="button" disabled={busy} onClick={() => void load()}>Show older turns</button>;
}
