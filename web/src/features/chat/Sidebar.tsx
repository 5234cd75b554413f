/** The threads and the way to everything else. Owns which rows are shown and in which groups; a row is `ThreadRow`. */
import { useEffect, useMemo, useState } from "react";
import type { Id, Thread } from "../../api/types";
import { markRead, useRead } from "../../state/local";
import { useDesk, useNow, useView } from "../../state/react";
import { threadRows } from "../../state/view";
import { capital, sameDay } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Face, Mark } from "../../ui/marks";
import { Link, settingsPath } from "../../ui/route";
import { attempt } from "../../ui/Toasts";
import { ThreadRow } from "./ThreadRow";

interface Group { name: string; threads: Thread[] }

function groupsOf(threads: Thread[], now: number): Group[] {
  const needs = threads.filter((thread) => thread.state === "needs_you");
  const rest = threads.filter((thread) => thread.state !== "needs_you");
  const groups = [
    { name: "Needs you", threads: needs },
    { name: "Today", threads: rest.filter((thread) => sameDay(thread.last_message_at, now)) },
    { name: "Earlier", threads: rest.filter((thread) => !sameDay(thread.last_message_at, now)) },
  ];
  return groups.filter((group) => group.threads.length > 0);
}

const READ_BEFORE = "switchboard.knows";

/** On the first visit of a browser what is already there does not count as unread. */
function useFirstVisit(threads: Record<Id, Thread>, loaded: boolean) {
  useEffect(() => {
    if (!loaded || localStorage.getItem(READ_BEFORE)) return;
    localStorage.setItem(READ_BEFORE, "1");
    for (const thread of Object.values(threads)) markRead(thread.id, thread.last_seq);
  }, [loaded, threads]);
}

export function Sidebar({ current, archived, onNew }: { current: Id | null; archived: boolean; onNew: () => void }) {
  const desk = useDesk();
  const session = useView((state) => state.session);
  const threads = useView((state) => state.threads);
  const list = useView((state) => state.list);
  const read = useRead();
  const now = useNow(false);
  const [find, setFind] = useState("");
  useFirstVisit(threads, list !== null);
  useEffect(() => {
    if (archived) attempt(desk.loadArchived());
  }, [desk, archived]);

  const rows = useMemo(() => {
    const all = threadRows({ threads }, archived);
    const asked = find.trim().toLocaleLowerCase();
    return asked ? all.filter((thread) => thread.title.toLocaleLowerCase().includes(asked)) : all;
  }, [threads, archived, find]);
  const groups = archived ? [{ name: "Archived", threads: rows }] : groupsOf(rows, now);

  return (
    <aside className="side" aria-label="Threads">
      <div className="brand">
        <Mark /><b>Switchboard</b><span className="grow" />
        <button className="btn tool" type="button" aria-label="New thread (C)" title="New thread (C)" onClick={onNew}><Icon name="compose" /></button>
      </div>
      <label className="field find">
        <Icon name="search" /><span className="sr">Find a thread</span>
        <input id="find" type="search" placeholder="Find a thread" value={find} onChange={(event) => setFind(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            setFind("");
            event.currentTarget.blur();
          }} />
        <kbd>⌘K</kbd>
      </label>
      <div className="scroll" role="navigation" aria-label="Threads">
        {list === null ? <p className="blank">Loading threads</p> : null}
        {list !== null && rows.length === 0 ? (
          <>
            <div className="group"><span>{archived ? "Archived" : "Threads"}</span></div>
            <p className="blank">{find ? "No thread has this in its title." : archived ? "Nothing is archived." : "Threads appear here. A lamp shows which one runs, which one waits for you, and which has something new."}</p>
          </>
        ) : null}
        {groups.filter((group) => group.threads.length > 0).map((group) => (
          <section key={group.name} aria-label={group.name}>
            <div className="group"><span>{group.name}</span></div>
            <ul className="rows">
              {group.threads.map((thread) => (
                <li key={thread.id}>
                  <ThreadRow thread={thread} current={thread.id === current} now={now} unread={thread.id !== current && thread.last_seq > (read[thread.id] ?? 0)} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {list?.older && !archived ? <button className="btn quiet small more-rows" type="button" onClick={() => attempt(desk.loadOlderThreads())}>Show older threads</button> : null}
        {list ? <Link className="blank more-rows" to={archived ? "/chat" : "/chat?archived"}>{archived ? "Back to threads" : "Archived threads"}</Link> : null}
      </div>
      {session ? (
        <div className="me-row">
          <Face name={session.person.name} of="me" />
          <span className="grow lines"><span className="strong">{session.person.name}</span><br /><span className="hint">{capital(session.person.role)}</span></span>
          <Link className="btn tool" to={settingsPath("assistants")} aria-label="Settings" title="Settings (G S)"><Icon name="sliders" /></Link>
        </div>
      ) : null}
    </aside>
  );
}
