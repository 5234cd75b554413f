/** The threads and the way to everything else. Owns which rows are shown and in which groups; a row is `ThreadRow`. */
import { useEffect, useMemo, useRef } from "react";
import type { Id } from "../../api/types";
import { waitingFor } from "../../state/asks";
import { useDesk, useNow, useView } from "../../state/react";
import { rowsFor, threadGroups, threadRows } from "../../state/rows";
import { openTurns } from "../../state/turn-list";
import { capital } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { keyName } from "../../ui/keyname";
import { Face, Lamp, Mark } from "../../ui/marks";
import { approvalsPath, Link, settingsPath, turnsPath } from "../../ui/route";
import { attempt } from "../../ui/Toasts";
import { ThreadRow } from "./ThreadRow";

export interface SidebarProps { current: Id | null; archived: boolean; place: "approvals" | "turns" | null; onNew: () => void; onSearch: () => void }

export function Sidebar({ current, archived, place, onNew, onSearch }: SidebarProps) {
  const desk = useDesk();
  const session = useView((state) => state.session);
  const threads = useView((state) => state.threads);
  const list = useView((state) => (archived ? state.archive : state.list));
  const questions = useView((state) => state.questions);
  const waiting = useMemo(() => waitingFor({ questions }, session?.person.id).length, [questions, session]);
  const open = useView(openTurns);
  const now = useNow(true, 60_000);
  useEffect(() => {
    if (archived) attempt(desk.loadArchived());
  }, [desk, archived]);

  const rows = useMemo(() => rowsFor({ questions, session }, threadRows({ threads }, archived)), [threads, archived, questions, session]);
  const groups = useMemo(() => (archived ? [{ name: "Archived", threads: rows }] : threadGroups(rows, now)), [rows, archived, now]);

  return (
    <aside className="side" aria-label="Threads">
      <div className="brand">
        <Mark /><b>Switchboard</b><span className="grow" />
        <button className="btn tool" type="button" aria-label="New thread (C)" title="New thread (C)" onClick={onNew}><Icon name="compose" /></button>
      </div>
      <button className="field find" type="button" aria-haspopup="dialog" onClick={onSearch}>
        <Icon name="search" /><span className="grow">Search<span className="sr"> threads and messages</span></span><kbd aria-hidden="true">{keyName("⌘K")}</kbd>
      </button>
      <nav className="nav" aria-label="Places">
        <Link to={approvalsPath} aria-current={place === "approvals" ? "page" : undefined} title="Approvals (G A)">
          <Icon name="inbox" />Approvals{waiting ? <span className="count needs" aria-label={`${waiting} waiting`}>{waiting}</span> : null}
        </Link>
        <Link to={turnsPath()} aria-current={place === "turns" ? "page" : undefined} title="Turns (G T)">
          <Icon name="turns" />Turns{open ? <span className="count" aria-label={`${open} running`}>{open}</span> : null}
        </Link>
      </nav>
      <div className="scroll" role="navigation" aria-label="Threads">
        {archived ? <Link className="back-row" to="/chat"><Icon name="left" />Back to threads</Link> : null}
        {list === null ? <p className="blank loading-rows" role="status"><Lamp kind="running" />Loading threads</p> : null}
        {list !== null && rows.length === 0 ? (
          <>
            <div className="group"><span>{archived ? "Archived" : "Threads"}</span></div>
            <p className="blank">{archived ? "Nothing is archived." : "Threads appear here. A lamp shows which one runs, which one waits for you, and which has something new."}</p>
          </>
        ) : null}
        {groups.filter((group) => group.threads.length > 0).map((group) => (
          <section key={group.name} aria-label={group.name}>
            <div className="group"><span>{group.name}</span></div>
            <ul className="rows">
              {group.threads.map((thread) => (
                <li key={thread.id}><ThreadRow thread={thread} current={thread.id === current} now={now} /></li>
              ))}
            </ul>
          </section>
        ))}
        {list?.older ? <Older key={list.older} load={() => (archived ? desk.loadOlderArchived() : desk.loadOlderThreads())} /> : null}
        {list && !archived ? <Link className="blank more-rows" to="/chat?archived">Archived threads</Link> : null}
      </div>
      {session ? (
        <div className="me-row">
          <Face name={session.person.name} of="me" />
          <span className="grow lines"><span className="strong cut">{session.person.name}</span><br /><span className="hint">{capital(session.person.role)}</span></span>
          <Link className="btn tool" to={settingsPath("assistants")} aria-label="Settings" title="Settings (G S)"><Icon name="sliders" /></Link>
        </div>
      ) : null}
    </aside>
  );
}

/** Loads the next page as soon as it comes into sight; by hand where that cannot be told. */
function Older({ load }: { load: () => Promise<void> }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!button.current) return;
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && attempt(load()), { rootMargin: "200px" });
    watch.observe(button.current);
    return () => watch.disconnect();
    // The cursor is the key of this, so each page has a watch of its own.
  }, []);
  return <button ref={button} className="btn quiet small more-rows" type="button" onClick={() => attempt(load())}>Show older threads</button>;
}
