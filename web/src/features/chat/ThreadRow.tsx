/** One thread in the list: its lamp, its title, and the latest fact about it. */
import { memo } from "react";
import type { Id, Thread, Turn } from "../../api/types";
import { turnIsOpen } from "../../state/model";
import { useView } from "../../state/react";
import { endHeading, type LampKind, plain, shortWhen } from "../../state/words";
import { Lamp } from "../../ui/marks";
import { chatPath, Link } from "../../ui/route";

const lamps: Record<Thread["state"], LampKind> = { idle: "none", running: "running", needs_you: "needs", failed: "failed" };
const spoken: Record<Thread["state"], string | undefined> = { idle: undefined, running: "Running", needs_you: "Needs you", failed: "Failed" };

export const ThreadRow = memo(function ThreadRow({ thread, current, unread, now }: { thread: Thread; current: boolean; unread: boolean; now: number }) {
  const lamp: LampKind = thread.state === "idle" && unread ? "unread" : lamps[thread.state];
  const label = thread.state === "idle" ? (unread ? "Unread" : undefined) : spoken[thread.state];
  return (
    <Link className={unread ? "row is-unread" : "row"} to={chatPath(thread.id)} aria-current={current ? "page" : undefined} data-state={thread.state}>
      <Lamp kind={lamp} label={unread && lamp !== "unread" && label ? `${label}, unread` : label} />
      <span className="t">{thread.title || "New thread"}</span>
      <time>{shortWhen(thread.last_message_at, now)}</time>
      <Fact thread={thread} />
    </Link>
  );
});

/** The newest turn of this thread that fits; a plain object keeps the selection stable between changes. */
function newest(turns: Record<Id, Turn>, thread: Id, fits: (turn: Turn) => boolean): Turn | undefined {
  let found: Turn | undefined;
  for (const turn of Object.values(turns)) {
    if (turn.thread_id === thread && fits(turn) && (!found || turn.queued_at > found.queued_at)) found = turn;
  }
  return found;
}

function Fact({ thread }: { thread: Thread }) {
  const me = useView((state) => state.session?.person);
  const turn = useView((state) => {
    if (thread.state === "running" || thread.state === "needs_you") return newest(state.turns, thread.id, turnIsOpen);
    return thread.state === "failed" ? newest(state.turns, thread.id, (one) => one.error !== null) : undefined;
  });
  const handle = useView((state) => (turn ? state.assistants[turn.assistant]?.handle : undefined));
  const author = thread.last?.author_handle;
  const byAssistant = useView((state) => Object.values(state.assistants).some((one) => one.handle === author));
  const person = useView((state) => Object.values(state.people).find((one) => one.handle === author));
  const who = handle ? `@${handle}` : "An assistant";
  switch (thread.state) {
    case "running": return <span className="m live">{turn?.state === "queued" ? `${who} is next` : `${who} is answering`}</span>;
    case "needs_you": return <span className="m needs">{who} waits for you</span>;
    case "failed": return <span className="m bad">{turn?.error ? endHeading(who, turn.error.code) : "The last answer failed"}</span>;
    case "idle": {
      if (!thread.last) return <span className="m">Nothing said yet</span>;
      const name = author === me?.handle ? "You" : byAssistant ? `@${author}` : person?.name.split(" ")[0] ?? author;
      return <span className="m">{name}: {plain(thread.last.text)}</span>;
    }
  }
}
