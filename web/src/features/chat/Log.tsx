/**
 * The messages of a thread with their answers. Owns what belongs together, and the rule of the end: it is followed only while
 * the reader is within 80 px of it, otherwise "New below" says that there is more.
 */
import { Fragment, type ReactNode, memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Id, Message } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { type Exchange, exchangesOf, pendingOf } from "../../state/view";
import { day, sameDay } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { attempt } from "../../ui/Toasts";
import { MessageView, PendingView } from "./MessageView";

export interface AnswerSlot { turn: Id; earlier: Id[]; reply: Message | null; toLive: boolean }

/** How a turn is drawn is not this feature's to know; the page hands it in. */
export type DrawAnswer = (slot: AnswerSlot) => ReactNode;

const NEAR_END = 80;
const none = {};

export function Log({ thread, drawAnswer }: { thread: Id; drawAnswer: DrawAnswer }) {
  const desk = useDesk();
  const messages = useView((state) => state.messages[thread] ?? none);
  const turns = useView((state) => state.turns);
  const outbox = useView((state) => state.outbox);
  const page = useView((state) => state.pages[thread]);
  const older = page?.older ?? null;
  const exchanges = useMemo(() => exchangesOf({ messages: { [thread]: messages }, turns }, thread, page), [messages, turns, thread, page]);
  const pending = useMemo(() => pendingOf({ outbox }, thread), [outbox, thread]);

  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [below, setBelow] = useState(false);

  const toEnd = useCallback(() => {
    following.current = true;
    setBelow(false);
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    toEnd();
  }, [thread, toEnd]);
  // What the person posts is what they want to see.
  const posted = pending.at(-1)?.client_id;
  useLayoutEffect(() => {
    if (posted) toEnd();
  }, [posted, toEnd]);

  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    let height = inner.offsetHeight;
    const grown = new ResizeObserver(() => {
      const more = inner.offsetHeight > height;
      height = inner.offsetHeight;
      if (following.current) box.scrollTop = box.scrollHeight;
      else if (more) setBelow(true);
    });
    grown.observe(inner);
    grown.observe(box);
    return () => grown.disconnect();
  }, [thread]);

  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    following.current = box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR_END;
    if (following.current) setBelow(false);
  };

  // Older messages come in above: what is being read stays where it is.
  const showOlder = async () => {
    const box = scroller.current;
    const fromEnd = box ? box.scrollHeight - box.scrollTop : 0;
    following.current = false;
    await desk.loadOlder(thread);
    requestAnimationFrame(() => {
      if (box) box.scrollTop = box.scrollHeight - fromEnd;
      setBelow(false);
    });
  };

  return (
    <>
      <div className="scroll" ref={scroller} onScroll={onScroll}>
        <div className="col log" ref={content} role="log" aria-live="polite" aria-relevant="additions" aria-label="Messages">
          {older ? <div className="older"><button className="btn small quiet" type="button" onClick={() => attempt(showOlder())}>Show earlier messages</button></div> : null}
          {exchanges.map((exchange, at) => {
            const before = exchanges[at - 1]?.message.created_at;
            const newDay = before === undefined || !sameDay(before, exchange.message.created_at);
            return (
              <Fragment key={exchange.key}>
                {newDay ? <div className="day">{day(exchange.message.created_at)}</div> : null}
                <ExchangeView exchange={exchange} signature={signatureOf(exchange)} drawAnswer={drawAnswer} />
              </Fragment>
            );
          })}
          {pending.map((one) => <PendingView key={one.client_id} pending={one} />)}
        </div>
      </div>
      {below ? <div className="new-below"><button className="btn small" type="button" onClick={toEnd}><Icon name="down" />New below</button></div> : null}
    </>
  );
}

/** What an exchange's own drawing depends on; the cards below it watch their turns themselves. */
function signatureOf({ answers }: Exchange): string {
  return answers.map(({ turn, earlier, reply }) => `${turn.id} ${earlier.length} ${reply?.id ?? ""} ${turnIsOpen(turn)}`).join();
}

const ExchangeView = memo(
  function ExchangeView({ exchange, drawAnswer }: { exchange: Exchange; signature: string; drawAnswer: DrawAnswer }) {
    const { message, answers } = exchange;
    const live = answers.map(({ turn }) => turnIsOpen(turn));
    // The cord is live down to the last answer that still runs.
    const lastLive = live.lastIndexOf(true);
    return (
      <div className="exchange">
        <MessageView message={message} toLive={lastLive >= 0} />
        {answers.map(({ turn, earlier, reply }, at) => (
          <Fragment key={turn.assistant}>{drawAnswer({ turn: turn.id, earlier: earlier.map((one) => one.id), reply, toLive: at < lastLive })}</Fragment>
        ))}
      </div>
    );
  },
  (a, b) => a.exchange.message === b.exchange.message && a.signature === b.signature && a.drawAnswer === b.drawAnswer,
);
