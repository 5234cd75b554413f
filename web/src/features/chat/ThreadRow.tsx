/** One thread in the list: its lamp, its title, and the latest fact about it. */
import { memo, useMemo } from "react";
import type { Thread } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { threadFact, threadLamp } from "../../state/rows";
import { shortWhen } from "../../state/words";
import { Lamp } from "../../ui/marks";
import { chatPath, Link } from "../../ui/route";

export const ThreadRow = memo(function ThreadRow({ thread, current, now }: { thread: Thread; current: boolean; now: number }) {
  const { lamp, label } = threadLamp(thread);
  return (
    <Link className={thread.unread > 0 ? "row is-unread" : "row"} to={chatPath(thread.id)} aria-current={current ? "page" : undefined} data-state={thread.state}>
      <Lamp kind={lamp} label={label} />
      <span className="t">{thread.title || "New thread"}</span>
      <time>{shortWhen(thread.last_message_at, now)}</time>
      <FactLine thread={thread} />
    </Link>
  );
});

function FactLine({ thread }: { thread: Thread }) {
  const { store } = useDesk();
  // One string, so that a row is drawn again only when its own words change.
  const line = useView((state) => {
    const { text, kind } = threadFact(state, thread);
    return `${kind}\n${text}`;
  });
  const { text, kind } = useMemo(() => threadFact(store.get(), thread), [store, thread, line]);
  return <span className={kind ? `m ${kind}` : "m"}>{text}</span>;
}
