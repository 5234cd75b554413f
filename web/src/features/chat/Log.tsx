/**
 * The messages of a thread with their answers. Owns what belongs together, what was not read yet, and fetching more at both ends;
 * where the reader stands is `scrolling`, what is drawn at all is `StretchView`.
 */
import { Fragment, lazy, type ReactNode, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Id, Message } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { type Exchange, exchangesOf, pendingOf } from "../../state/view";
import { day, sentence } from "../../state/words";
import { Boundary } from "../../ui/Boundary";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { onReveal } from "../../ui/reveal";
import { attempt } from "../../ui/Toasts";
import { MessageView, PendingView } from "./MessageView";
import { type Scrolling, useScrolling } from "./scrolling";
import { type Row, stretchesOf, stretchWith } from "./stretches";
import { StretchView } from "./StretchView";

const CarriedCard = lazy(() => import("./CarriedCard").then(({ CarriedCard: draw }) => ({ default: draw })));

export interface AnswerSlot { turn: Id; earlier: Id[]; reply: Message | null; toLive: boolean }

/** How a turn is drawn is not this feature's to know; the page hands it in. */
export type DrawAnswer = (slot: AnswerSlot) => ReactNode;

const none = {};
/** How long a message that was looked for stays marked. */
const MARKED_MS = 2400;
/** Drawn at once when a thread opens; the rest near the window follows a frame later. */
const AT_ONCE = 3;

/** A message to show; `move` is another number each time it is asked for. */
export interface Jump { seq: number; move: number }

export interface LogProps {
  thread: Id;
  drawAnswer: DrawAnswer;
  jump: Jump | null;
  /** Told whenever the reader comes to the end or leaves it. */
  onEnd: (atEnd: boolean) => void;
}

export function Log({ thread, drawAnswer, jump, onEnd }: LogProps) {
  const desk = useDesk();
  const messages = useView((state) => state.messages[thread] ?? none);
  const turns = useView((state) => state.turns);
  const outbox = useView((state) => state.outbox);
  const me = useView((state) => state.session?.person.id);
  const page = useView((state) => state.pages[thread]);
  const fork = useView((state) => state.threads[thread]);
  const pending = useMemo(() => pendingOf({ outbox }, thread), [outbox, thread]);
  const [readTo, setReadTo] = useReadTo(thread);
  const exchanges = useMemo(() => exchangesOf({ messages: { [thread]: messages }, turns }, thread, page), [messages, turns, thread, page]);
  const stretches = useMemo(() => stretchesOf(exchanges, { me, readTo }), [exchanges, me, readTo]);

  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const tail = useRef<HTMLElement>(null);
  /** After a jump the end of what is drawn is not the end of the thread. */
  const cut = page !== undefined && page.to !== null;
  const { onScroll, toEnd, show, below, watch } = useScrolling(scroller, content, tail, !cut, onEnd);

  useEffect(() => onReveal(show), [show]);
  useLayoutEffect(() => {
    toEnd();
    // Unread words that reach beyond the window are read from their beginning.
    const line = content.current?.querySelector(".day.unread");
    const box = scroller.current;
    if (line && box && line.getBoundingClientRect().top < box.getBoundingClientRect().top) show(line);
  }, [thread, toEnd, show]);

  // What the person posts is what they want to see, and nothing above it is news any more.
  const posted = pending.at(-1)?.client_id;
  useLayoutEffect(() => {
    if (!posted) return;
    setReadTo(null);
    toEnd();
  }, [posted, toEnd, setReadTo]);

  const sought = useSought(thread, jump, content, show, stretches);
  const forced = sought === null ? null : stretchWith(stretches, sought);

  const drawRow = useCallback(({ exchange, day: at, unread }: Row) => (
    <Fragment key={exchange.key}>
      {at === null ? null : <div className="day">{day(at)}</div>}
      {unread ? <div className="day unread" role="separator">New</div> : null}
      <Boundary of={exchange} instead={(error) => <NotDrawn exchange={exchange} why={error.message} />}><ExchangeView exchange={exchange} drawAnswer={drawAnswer} /></Boundary>
    </Fragment>
  ), [drawAnswer]);
  const hold = useCallback((element: HTMLElement | null) => {
    tail.current = element;
  }, []);

  const older = page?.older ?? null;
  const newer = cut ? page.newer : null;
  const back = async () => {
    await desk.toNewest(thread);
    requestAnimationFrame(toEnd);
  };
  return (
    <>
      <div className="scroll" ref={scroller} onScroll={onScroll}>
        <div className="col log" ref={content} role="log" aria-live="polite" aria-relevant="additions" aria-label="Messages">
          {fork?.carried && page && !page.older ? <Suspense fallback={null}><CarriedCard thread={fork} from={fork.carried} /></Suspense> : null}
          {older ? <Edge key={older} words="Show earlier messages" more={() => desk.loadOlder(thread)} watch={watch} /> : null}
          {stretches.map((stretch, at) => (
            <StretchView key={stretch.key} thread={thread} stretch={stretch} draw={drawRow} watch={watch} hold={hold}
              last={at === stretches.length - 1} always={at === stretches.length - 1 || stretch.key === forced} early={at >= stretches.length - AT_ONCE} />
          ))}
          {pending.map((one) => <PendingView key={one.client_id} pending={one} />)}
          {newer ? <Edge key={newer} words="Show later messages" more={() => desk.loadNewer(thread)} watch={watch} /> : null}
        </div>
      </div>
      {below || cut ? (
        <div className="new-below">
          <button className="btn small" type="button" onClick={() => (cut ? attempt(back()) : toEnd())}><Icon name="down" />{below ? "New below" : "To the newest"}</button>
        </div>
      ) : null}
    </>
  );
}

/** An end of what is here, with more beyond it: fetched when it comes near, or by hand. */
function Edge({ words, more, watch }: { words: string; more: () => Promise<void>; watch: Scrolling["watch"] }) {
  const box = useRef<HTMLDivElement>(null);
  const fetch = useRef(more);
  fetch.current = more;
  useEffect(() => (box.current ? watch(box.current, (near) => near && attempt(fetch.current())) : undefined), [watch]);
  return <div className="older" ref={box} aria-live="off"><Lamp kind="running" /><button className="btn small quiet" type="button" onClick={() => attempt(more())}>{words}</button></div>;
}

/** Up to where the person had read when they came; what came since they left stands behind the line. Null where nobody counts. */
function useReadTo(thread: Id): [number | null, (seq: number | null) => void] {
  const desk = useDesk();
  const now = () => {
    // Whoever is no member has read nothing and has nothing to read.
    const { read_seq = 0, unread = 0 } = desk.store.get().threads[thread] ?? {};
    return read_seq > 0 || unread > 0 ? read_seq : null;
  };
  const [readTo, setReadTo] = useState<number | null>(now);
  useEffect(() => {
    const leave = () => {
      if (document.visibilityState === "hidden") setReadTo(now());
    };
    document.addEventListener("visibilitychange", leave);
    return () => document.removeEventListener("visibilitychange", leave);
  }, [desk, thread]);
  return [readTo, setReadTo];
}

/** The message that the address asks for: fetched, shown in the middle, marked for a while. */
function useSought(
  thread: Id, jump: Jump | null, content: { current: HTMLDivElement | null }, show: Scrolling["show"], stretches: unknown,
): number | null {
  const desk = useDesk();
  const [sought, setSought] = useState<Jump | null>(null);
  const shown = useRef<Jump | null>(null);
  useEffect(() => {
    if (!jump) return;
    let current = true;
    attempt(desk.jump(thread, jump.seq).then(() => current && setSought(jump)));
    return () => {
      current = false;
    };
    // A jump is its number and its move; the object is a fresh one each time.
  }, [desk, thread, jump?.seq, jump?.move]);
  useLayoutEffect(() => {
    const found = sought && shown.current !== sought ? content.current?.querySelector(`[data-seq="${sought.seq}"]`) : null;
    if (!found) return;
    shown.current = sought;
    show(found);
    found.classList.add("is-found");
    setTimeout(() => found.classList.remove("is-found"), MARKED_MS);
  }, [sought, show, content, stretches]);
  return sought?.seq ?? null;
}

/** One exchange that cannot be drawn does not take the others with it. */
function NotDrawn({ exchange: { message }, why }: { exchange: Exchange; why: string }) {
  return (
    <div className="exchange">
      <p className="error-line" role="alert" data-seq={message.seq}>
        <Icon name="alert" className="icon-s" />
        <span className="grow">A message of {message.author.name || message.author.handle} and its answers could not be drawn. {sentence(why)}</span>
        <Copy text={message.text} label="Copy the message" />
      </p>
    </div>
  );
}

function ExchangeView({ exchange: { message, answers }, drawAnswer }: { exchange: Exchange; drawAnswer: DrawAnswer }) {
  // The cord is live down to the last answer that still runs.
  const lastLive = answers.map(({ turn }) => turnIsOpen(turn)).lastIndexOf(true);
  return (
    <div className="exchange">
      <MessageView message={message} toLive={lastLive >= 0} asked={lastLive >= 0} />
      {answers.map(({ turn, earlier, reply }, at) => (
        <Fragment key={turn.assistant}>{drawAnswer({ turn: turn.id, earlier: earlier.map((one) => one.id), reply, toLive: at < lastLive })}</Fragment>
      ))}
    </div>
  );
}
