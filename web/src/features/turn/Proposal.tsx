/** A plan that an assistant proposes before it works: read, then carried out or sent back with words of one's own. */
import { useMemo } from "react";
import type { HeldItem } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { stepWords } from "../../state/words";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Markdown } from "../../ui/markdown/Markdown";

const GO = "Implement this plan.";

export function Proposal({ item, running }: { item: HeldItem; running: boolean }) {
  return (
    <section className="proposal" role="group" aria-label="Proposed plan">
      <header>
        <Icon name="plan" /><h2>{stepWords(item)}</h2><span className="grow" />
        {running ? null : <Copy text={item.text} label="Copy plan" />}
      </header>
      <div className="in"><Markdown text={item.text} open={running} /></div>
      {item.status === "done" ? <Answer item={item} /> : null}
    </section>
  );
}

/** Asked for as long as nobody has said anything after it. */
function Answer({ item }: { item: HeldItem }) {
  const desk = useDesk();
  const thread = useView((state) => state.threads[item.thread_id]);
  const turn = useView((state) => state.turns[item.turn_id]);
  const handle = useView((state) => (turn ? state.assistants[turn.assistant]?.handle : undefined));
  const messages = useView((state) => state.messages[item.thread_id]);
  const { busy, problem, run } = useAction();
  const asked = turn ? messages?.[turn.message_id]?.seq : undefined;
  const answered = useMemo(
    () => asked === undefined || Object.values(messages ?? {}).some((message) => message.seq > asked && message.turn_id === null),
    [messages, asked],
  );
  if (!thread || turn?.state !== "done" || answered) return null;
  // Where nobody answers by default the words name who shall.
  const words = thread.assistant_id || !handle ? GO : `@${handle} ${GO}`;
  const implement = () => run(async () => {
    await desk.changeThread(thread.id, { settings: { plan: false } });
    await desk.post(thread.id, words);
  });
  return (
    <footer>
      <button className="btn small primary" type="button" disabled={busy} onClick={() => void implement()}>Implement</button>
      <button className="btn small" type="button" disabled={busy} onClick={() => document.getElementById("composer")?.focus()}>Revise</button>
      {problem ? <span className="error-line" role="alert">{problem.message}</span> : null}
    </footer>
  );
}
