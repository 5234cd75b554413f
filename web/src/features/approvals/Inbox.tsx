/** Everything that waits, in all threads: one's own, others', and what was settled today. The card stands beside the list. */
import { Fragment, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Id, Question } from "../../api/types";
import { settledToday, waitingFor, waitingForOthers } from "../../state/asks";
import type { HeldItem } from "../../state/model";
import { useDesk, useNow, useView } from "../../state/react";
import { planStep } from "../../state/rows";
import { clock, time } from "../../state/words";
import { toggleDrawer } from "../../ui/drawer";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { chatPath, go, Link, turnPath } from "../../ui/route";
import { attempt } from "../../ui/Toasts";
import { ApprovalCard } from "./ApprovalCard";
import { bodyOf, gistOf } from "./body";
import { byWhom, outcomeOf } from "./decisions";
import { Exact } from "./Exact";
import { cardId } from "./focus";
import { outcomeIcons, SettledLine } from "./SettledLine";
import "./approvals.css";

const optionId = (id: Id) => `inbox-${id}`;
const isField = (target: EventTarget | null) => target instanceof HTMLElement && target.matches("input:not([type=radio], [type=checkbox]), textarea, select");

/** What its turn did just before is another feature's to draw. */
export type DrawBefore = (question: Question) => ReactNode;

export function Inbox({ drawBefore }: { drawBefore: DrawBefore }) {
  const desk = useDesk();
  const questions = useView((state) => state.questions);
  const me = useView((state) => state.session?.person.id);
  const now = useNow(true, 1000);
  const today = Math.floor(now / 60_000);
  useEffect(() => attempt(desk.loadSettled()), [desk]);

  const [yours, others, settled] = useMemo(
    () => [waitingFor({ questions }, me).reverse(), waitingForOthers({ questions }, me).reverse(), settledToday({ questions }, today * 60_000)],
    [questions, me, today],
  );
  const all = useMemo(() => [...yours, ...others, ...settled], [yours, others, settled]);
  const [chosen, setChosen] = useState<Id | null>(null);
  const [detail, setDetail] = useState(false);
  const selected = all.find((one) => one.id === chosen) ?? all[0];
  const root = useRef<HTMLDivElement>(null);
  const about = selected?.state === "asked" ? selected.turn_id : null;
  useEffect(() => {
    if (about) attempt(desk.loadTurn(about));
  }, [desk, about]);

  /** The focus stays where it was: in the list, or on the card. */
  const choose = (next: Question | undefined, where: "list" | "card") => {
    if (!next) return;
    setChosen(next.id);
    requestAnimationFrame(() => {
      const target = document.getElementById(where === "card" ? cardId(next.id) : optionId(next.id)) ?? document.getElementById(optionId(next.id));
      target?.focus();
      document.getElementById(optionId(next.id))?.scrollIntoView({ block: "nearest" });
    });
  };
  // Read by a listener that is set up once.
  const at = useRef({ all, selected, choose });
  at.current = { all, selected, choose };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isField(event.target) || document.querySelector("dialog[open]")) return;
      const { all: list, selected: one, choose: take } = at.current;
      const target = event.target instanceof HTMLElement ? event.target : null;
      const inList = target?.getAttribute("role") === "option" || target === document.body;
      const onCard = target?.matches("[data-ask]") ?? false;
      const by = event.key === "j" || (inList && event.key === "ArrowDown") ? 1 : event.key === "k" || (inList && event.key === "ArrowUp") ? -1 : 0;
      if (by && (inList || onCard || root.current?.contains(target))) {
        const next = list[Math.max(0, Math.min(list.length - 1, list.findIndex((each) => each.id === one?.id) + by))];
        take(next, onCard ? "card" : "list");
      } else if (event.key === "Enter" && (onCard || target?.getAttribute("role") === "option") && one) openThread(desk, one);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, [desk]);
  useEffect(() => {
    // So that the keys of the list act at once; not over a field that somebody writes in.
    if (document.activeElement === document.body || document.activeElement === null) root.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }, []);

  const list = (name: string, items: Question[], shown = items.length) => items.length ? (
    <>
      <div className="group"><span>{name}</span>{shown ? <span className="num">{shown}</span> : null}</div>
      <ul role="listbox" aria-label={name}>
        {items.map((one) => (
          <li key={one.id} role="none">
            <InboxRow question={one} selected={one.id === selected?.id} now={now} onPick={() => {
              setChosen(one.id);
              setDetail(true);
            }} />
          </li>
        ))}
      </ul>
    </>
  ) : null;

  return (
    <>
      <header className="bar">
        <button className="btn tool narrow-only" type="button" aria-label="Threads" onClick={toggleDrawer}><Icon name="menu" /></button>
        <h1>Approvals</h1><span className="hint wide-only">newest first</span><span className="grow" />
        {all.length ? <span className="hint wide-only"><kbd>J</kbd> <kbd>K</kbd> move, <kbd>↵</kbd> open thread. On the card: <kbd>A</kbd> accept, <kbd>D</kbd> decline</span> : null}
      </header>
      {selected === undefined ? (
        <div className="scroll"><div className="first"><h1>Nothing waits</h1><p className="lead">When an assistant asks before it acts, its question stands here and in its thread.</p></div></div>
      ) : (
        <div ref={root} className={detail ? "inbox show-detail" : "inbox"}>
          <div className="list">
            {yours.length ? list("Waiting for you", yours) : <p className="blank">Nothing waits for you.</p>}
            {list("Waiting for others", others)}
            {list("Settled today", settled, 0)}
          </div>
          <div className="detail"><div>
            <Crumb question={selected} place={yours.includes(selected) ? `${yours.indexOf(selected) + 1} of ${yours.length}` : ""} onBack={() => setDetail(false)} />
            <LastWords question={selected} />
            {selected.state === "asked"
              ? <ApprovalCard key={selected.id} question={selected} onDecided={() => {
                const rest = yours.filter((one) => one.id !== selected.id);
                choose(rest[yours.indexOf(selected)] ?? rest.at(-1) ?? all.find((one) => one.id !== selected.id), "card");
                if (rest.length === 0) setDetail(false);
              }} />
              : <SettledLine key={selected.id} question={selected} elsewhere={false} open />}
            {selected.state === "asked" ? <Fragment key={`before ${selected.id}`}>{drawBefore(selected)}</Fragment> : null}
          </div></div>
        </div>
      )}
    </>
  );
}

/** At the turn that asks, and at the message it answers where that is known here. */
function openThread(desk: ReturnType<typeof useDesk>, question: Question) {
  const { turns, messages } = desk.store.get();
  const message = messages[question.thread_id]?.[turns[question.turn_id]?.message_id ?? ""];
  go(turnPath(question.thread_id, question.turn_id, message?.seq ?? null));
}

const titles: Record<string, string> = {
  command: "Run a command", file_change: "Change files", permissions: "More permissions", question: "Answer questions", form: "Fill in a form",
  link: "Open a page", tool: "Call a tool",
};

interface RowProps { question: Question; selected: boolean; now: number; onPick: () => void }

function InboxRow({ question, selected, now, onPick }: RowProps) {
  const me = useView((state) => state.session?.person.id);
  const people = useView((state) => state.people);
  const thread = useView((state) => state.threads[question.thread_id]?.title || "A thread");
  const handle = useView((state) => state.assistants[question.assistant_id]?.handle ?? "assistant");
  const over = useView((state) => state.turns[question.turn_id]?.ended_at ?? null);
  const nameOf = (id: Id) => people[id]?.name ?? "somebody";
  const gist = gistOf(bodyOf(question));
  const open = question.state === "asked";
  const mine = question.person_id === me;
  const outcome = open ? null : outcomeOf(question, over, now);
  const who = byWhom(question, me, nameOf);
  return (
    <button id={optionId(question.id)} type="button" className={open && mine ? "item" : "item other"} role="option" aria-selected={selected} tabIndex={selected ? 0 : -1} onClick={onPick}>
      {outcome ? <Icon name={outcomeIcons[outcome.is]} className="icon-s" /> : <Lamp kind={mine ? "needs" : "off"} {...(mine ? { label: "Needs you" } : {})} />}
      <span className={open && mine ? "cut strong" : "cut"}>{outcome?.text ?? titles[question.kind] ?? "Allow something"}</span>
      <time>{open ? waited(now - question.asked_at) : time(question.decided_at ?? question.asked_at)}</time>
      {gist.text ? <span className={gist.exact ? "l2 mono" : "l2"}><Exact text={gist.text.split("\n", 1)[0] ?? ""} code={gist.exact} /></span> : null}
      <span className="l3">{thread}, @{handle}{open ? (mine ? "" : `. Only ${nameOf(question.person_id)} can answer`) : who ? `, ${who}` : ""}</span>
    </button>
  );
}

const waited = (ms: number) => (ms < 60_000 ? clock(ms) : ms < 3_600_000 ? `${Math.floor(ms / 60_000)} m` : ms < 86_400_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / 86_400_000)} d`);

function Crumb({ question, place, onBack }: { question: Question; place: string; onBack: () => void }) {
  const desk = useDesk();
  const thread = useView((state) => state.threads[question.thread_id]?.title || "A thread");
  const handle = useView((state) => state.assistants[question.assistant_id]?.handle ?? "assistant");
  const step = useView((state) => planStep(state, question.turn_id));
  return (
    <div className="crumb">
      <button className="btn tool small narrow-only" type="button" aria-label="Back to the list" onClick={onBack}><Icon name="left" /></button>
      <Link to={chatPath(question.thread_id)} className="cut" onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        openThread(desk, question);
      }}>{thread}</Link>
      <span className="cut">@{handle}{step ? `, plan ${step}` : ""}</span>
      <span className="grow" />
      {place ? <span className="num wide-only">{place}</span> : null}
    </div>
  );
}

const none: Record<Id, HeldItem> = {};
const SAID = 280;

/** What the assistant said before it asked, if that is here. */
function LastWords({ question }: { question: Question }) {
  const items = useView((state) => state.items[question.turn_id] ?? none);
  const text = Object.values(items).filter((item) => item.kind === "text" && item.text.trim() && item.started_at <= question.asked_at).sort((a, b) => a.seq - b.seq).at(-1)?.text.trim();
  if (!text) return null;
  return <p className="last-words" dir="auto">“{text.length > SAID ? `…${text.slice(-SAID)}` : text}”</p>;
}
