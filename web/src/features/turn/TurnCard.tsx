/**
 * One turn as one card: who answers, in which state, since when, what it did, what it says, how it ended. Owns the order of
 * these; the words are `state/words`, the steps and the ending are drawn beside.
 */
import { Fragment, memo, type ReactNode, useMemo } from "react";
import type { Id, Message } from "../../api/types";
import { type HeldItem, turnIsOpen } from "../../state/model";
import { useDesk, useNow, useView } from "../../state/react";
import { partsOf } from "../../state/view";
import { clock, time, took, turnWords } from "../../state/words";
import { openAside, useIsBeside } from "../../ui/aside";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { Markdown } from "../../ui/markdown/Markdown";
import { Face, Lamp } from "../../ui/marks";
import { copyItem, MessageMenu } from "../../ui/MessageMenu";
import { attempt } from "../../ui/Toasts";
import { Changes } from "./Changes";
import { EarlierAttempts } from "./EarlierAttempts";
import { EndCard } from "./EndCard";
import { modelWords } from "./foot";
import { reconnecting, worthShowing } from "./notices";
import { SteerLines, useSteers, wordsBefore } from "./Steers";
import { Steps } from "./Steps";
import { TurnFoot } from "./TurnFoot";
import { WaitsLine } from "./WaitsLine";

export interface TurnCardProps {
  turn: Id;
  earlier: Id[];
  reply: Message | null;
  /** A later answer of the same message is still running: the cord to it passes here. */
  toLive: boolean;
  /** What it asked and how that went; how questions are drawn is another feature's. */
  drawQuestions: (turn: Id) => ReactNode;
  /** What leads from a reply to a fork. */
  drawFork: (reply: Message) => ReactNode;
  onFork: (reply: Message) => void;
}

const none: Record<Id, HeldItem> = {};

export const TurnCard = memo(function TurnCard({ turn: id, earlier, reply, toLive, drawQuestions, drawFork, onFork }: TurnCardProps) {
  const desk = useDesk();
  const turn = useView((state) => state.turns[id]);
  const held = useView((state) => state.items[id] ?? none);
  const assistant = useView((state) => (turn ? state.assistants[turn.assistant] : undefined));
  const models = useView((state) => state.models?.find((one) => one.backend === assistant?.backend)?.models);
  const steers = useSteers(id);
  const isBeside = useIsBeside(id);
  const me = useView((state) => state.session?.person.id);
  const thinks = useView((state) => (turn ? state.threads[turn.thread_id]?.settings.show_reasoning ?? true : true));
  const open = turn !== undefined && turnIsOpen(turn);
  const now = useNow(open && turn.started_at !== null);
  const items = useMemo(() => Object.values(held).sort((a, b) => a.seq - b.seq), [held]);
  const parts = useMemo(() => (turn ? partsOf(worthShowing(items, turn).filter((item) => thinks || !/reasoning$/.test(item.kind)), reply) : []), [items, turn, reply, thinks]);
  if (!turn) return null;

  const handle = assistant?.handle ?? reply?.author.handle ?? "assistant";
  const words = turnWords(turn);
  const model = modelWords(turn.ran_with, models);
  const asked = turn.state === "waiting_approval" && !turn.stop_wanted && turn.person !== me;
  const state = reconnecting(items, turn) ?? (asked ? "Waits for a decision" : words.text);
  const texts = parts.flatMap((part) => (part.is === "text" ? [part.text] : []));
  const said = texts.join("\n\n");
  const ended = turn.ended_at !== null && turn.started_at !== null ? turn.ended_at - turn.started_at : null;
  const partial = !open && turn.state !== "done" && said !== "";
  const lastPart = parts.at(-1);
  // The caret stands at the end of the text; while a step runs after it, the step itself shows that.
  const writes = open && lastPart?.is === "text" && lastPart.open;
  return (
    <article className={toLive ? "msg turn to-live" : "msg turn"} aria-busy={open} data-turn={turn.id} {...(isBeside ? { "data-beside": "" } : {})} {...(reply ? { id: `m-${reply.seq}`, "data-seq": reply.seq } : {})} data-state={turn.state} aria-label={`Answer of @${handle}`}>
      <Face name={assistant?.name ?? handle} of="assistant" />
      <div>
        <div className="who">
          <b>@{handle}</b>
          {model ? <span className="dim cut model">{model}</span> : null}
          {turn.runs_on ? <span className="dim cut runs-on">{turn.runs_on}</span> : null}
          <span className={open ? `state num ${words.lamp}` : "sr"} role="status">
            {open ? <><Lamp kind={words.lamp} />{state}</> : null}
            {open && turn.started_at !== null ? <span className="dim" aria-hidden="true">{clock(now - turn.started_at)}</span> : null}
            {turn.state === "done" ? `@${handle} answered` : null}
          </span>
          {turn.state === "done" && ended !== null ? <span className="dim num">{took(ended)}</span> : null}
          {!open && turn.state !== "done" && turn.ended_at !== null ? <time>{time(turn.ended_at)}</time> : null}
          {partial ? <span className="tag">Partial</span> : null}
          {open ? (
            <button className="btn small quiet stop" type="button" disabled={turn.stop_wanted} onClick={() => attempt(desk.cancel(turn.id))}
              title={turn.state === "queued" ? undefined : `Stop @${handle} (⌘.)`}>
              <Icon name={turn.state === "queued" ? "x" : "stop"} />{turn.state === "queued" ? "Remove" : "Stop"}
            </button>
          ) : (
            <span className="acts">
              {said ? <Copy text={said} label="Copy" /> : null}{reply ? drawFork(reply) : null}
              <button className="btn tool small" type="button" aria-label="Details" title="Details: plan, files, what it ran with and used" onClick={() => openAside(turn.id)}><Icon name="aside" /></button>
            </span>
          )}
          {open ? null : (
            <MessageMenu label={`Answer of @${handle}`} items={[
              said ? copyItem(said) : null,
              reply ? { label: "Fork from here", icon: "fork", act: () => onFork(reply) } : null,
              { label: "Details", icon: "aside", act: () => openAside(turn.id) },
            ]} />
          )}
        </div>
        {turn.waits ? <WaitsLine turn={turn} mine={turn.person === me} /> : null}
        {earlier.length ? <EarlierAttempts turns={earlier} /> : null}
        {parts.map((part, at) => (
          <Fragment key={part.key}>
            <SteerLines steers={wordsBefore(steers, parts, held, at)} />
            {part.is === "steps" ? <Steps items={part.items} live={open} /> : <Markdown text={part.text} open={writes && at === parts.length - 1} />}
          </Fragment>
        ))}
        <SteerLines steers={wordsBefore(steers, parts, held, parts.length)} />
        {drawQuestions(turn.id)}
        {open ? null : <Changes items={items} />}
        {turn.state === "failed" || turn.state === "abandoned" || turn.state === "cancelled"
          ? <EndCard turn={turn} handle={handle} mine={turn.person === me} partial={partial} ran={ended} />
          : null}
        {open ? null : <TurnFoot turn={turn} mine={turn.person === me} />}
      </div>
    </article>
  );
});
