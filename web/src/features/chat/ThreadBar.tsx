/** The bar over a thread: its name, who can see it, who is in it, and what can be done with it. */
import { type KeyboardEvent, useEffect, useState } from "react";
import { api } from "../../api/client";
import type { Assistant, Id, Thread } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { needsMe } from "../../state/rows";
import { ASIDE_BUTTON, type AsidePlace, closeAside, openAside } from "../../ui/aside";
import { copy } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { toggleDrawer } from "../../ui/drawer";
import { Icon } from "../../ui/Icon";
import { Menu, type MenuItem } from "../../ui/Menu";
import { chatPath, go } from "../../ui/route";
import { attempt, toast } from "../../ui/Toasts";
import { LinkLine } from "./LinkLine";
import { MemberList, MembersButton } from "./Members";
import { RunningLine } from "./RunningLine";

/** How long it is said that a link was copied. */
const COPIED_MS = 2000;

export function DrawerButton() {
  const unread = useView((state) => Object.values(state.threads).some((thread) => thread.unread > 0 || needsMe(state, thread)));
  return (
    <button className="btn tool narrow-only drawer-btn" type="button" aria-label={unread ? "Threads, something new" : "Threads"} onClick={toggleDrawer}>
      <Icon name="menu" />{unread ? <span className="new-dot" aria-hidden="true" /> : null}
    </button>
  );
}

export interface ThreadBarProps { thread: Thread | undefined; assistant: Assistant | undefined; aside: AsidePlace; onSearch: (within: Id) => void }

export function ThreadBar({ thread, assistant, aside, onSearch }: ThreadBarProps) {
  const [doing, setDoing] = useState<"rename" | "delete" | "members" | null>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const done = () => setDoing(null);
  if (!thread) return <header className="bar"><DrawerButton /><h1 className="cut">Thread</h1><span className="grow" /><LinkLine /></header>;
  const share = shareItems(thread, () => setCopied(true));
  return (
    <header className="bar">
      <DrawerButton />
      {doing === "rename"
        ? <Rename thread={thread} done={done} />
        : (
          <>
            <h1 className="cut"><button className="title-btn cut" type="button" title="Rename" onClick={() => setDoing("rename")}>{thread.title || "New thread"}</button></h1>
            <Tag thread={thread} assistant={assistant} />
            {thread.settings.permission === "full" ? <span className="tag needs" title="Whoever answers here acts without asking. Change it with the permission chip below">Full access</span> : null}
            {worksAtHome(thread) ? <span className="tag needs" title="Turns work in your own home, where your rules, MCP servers and hooks count. Change it behind the last button below the field">Own home</span> : null}
          </>
        )}
      <span className="grow" />
      <LinkLine />
      <span className={copied ? "link-line" : "sr"} role="status">{copied ? <><Icon name="check" className="icon-s" />Link copied</> : null}</span>
      <RunningLine thread={thread.id} />
      <MembersButton thread={thread} />
      <button className="btn tool" type="button" aria-label="Search in this thread" title="Search in this thread" onClick={() => onSearch(thread.id)}><Icon name="search" /></button>
      <span className="wide-only"><Menu label="Share or export" button={<Icon name="share" />} buttonClass="btn tool" items={share} side="below" align="end" /></span>
      <button id={ASIDE_BUTTON} className="btn tool wide-only" type="button" aria-pressed={aside !== "closed"} aria-label="Details of the turn" title="Details of the turn (I)"
        onClick={() => (aside === "closed" ? openAside() : closeAside())}><Icon name="aside" /></button>
      <Actions thread={thread} share={share} onDo={setDoing} />
      {doing === "delete" ? <Delete thread={thread} done={done} /> : null}
      {doing === "members" ? <Dialog title="Members" onClose={done}><MemberList thread={thread} /></Dialog> : null}
    </header>
  );
}

/** Where others write it is chosen and does not hold. */
const worksAtHome = (thread: Thread) => thread.settings.home === "own" && thread.visibility === "private" && (thread.members?.length ?? 1) < 2;

function Tag({ thread, assistant }: { thread: Thread; assistant: Assistant | undefined }) {
  const desk = useDesk();
  const may = useMay(thread);
  if (thread.archived_at) return <span className="tag">Archived</span>;
  if (assistant) return <span className="tag wide-only">Direct with @{assistant.handle}</span>;
  const open = thread.visibility === "open";
  const seen = (visibility: Thread["visibility"]) => attempt(desk.changeThread(thread.id, { visibility }));
  return (
    <span className="wide-only">
      <Menu label={`Who sees it: ${open ? "Open to everyone" : "Private"}`} buttonClass="tag tag-btn" side="below" align="start" button={open ? "Open to everyone" : "Private"}
        items={[
          { label: "Private", note: "only its members", checked: !open, disabled: !may && open, act: () => seen("private") },
          { label: "Open to everyone", note: "in this workspace", checked: open, disabled: !may && !open, act: () => seen("open") },
        ]} />
    </span>
  );
}

/** Whoever opened a thread decides over it as a whole, and admins. */
function useMay(thread: Thread): boolean {
  const me = useView((state) => state.session?.person);
  return me?.id === thread.created_by || me?.role === "admin";
}

function shareItems(thread: Thread, onCopied: () => void): MenuItem[] {
  const link = async () => {
    if (await copy(location.origin + chatPath(thread.id))) onCopied();
    else toast(new Error("the link could not be copied"));
  };
  return [
    { label: "Copy link", icon: "copy", note: thread.visibility === "open" ? "" : "for its members", act: () => void link() },
    { label: "Export as Markdown", icon: "file", act: () => save(api.exportOf(thread.id, "markdown")) },
    { label: "Export as JSON", icon: "file", act: () => save(api.exportOf(thread.id, "json")) },
  ];
}

/** The browser itself saves it, so that a long thread never stands in the memory of this page. */
function save(address: string) {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}

function Actions({ thread, share, onDo }: { thread: Thread; share: MenuItem[]; onDo: (what: "rename" | "delete" | "members") => void }) {
  const desk = useDesk();
  const may = useMay(thread);
  const change = (body: Parameters<typeof desk.changeThread>[1]) => attempt(desk.changeThread(thread.id, body));
  const items: MenuItem[] = [
    { label: "Rename", icon: "pencil", act: () => onDo("rename") },
    { label: "Members", icon: "people", act: () => onDo("members") },
    { label: "Details of the turn", icon: "aside", act: () => openAside() },
    ...(thread.assistant_id ? [] : [thread.visibility === "open"
      ? { label: "Make private", icon: "lock" as const, act: () => change({ visibility: "private" }), disabled: !may }
      : { label: "Open to everyone", icon: "eye" as const, act: () => change({ visibility: "open" }), disabled: !may }]),
    ...share,
    thread.archived_at
      ? { label: "Bring back from the archive", icon: "undo", act: () => change({ archived: false }) }
      : { label: "Archive", icon: "inbox", act: () => change({ archived: true }) },
    { label: "Delete", icon: "x", act: () => onDo("delete"), disabled: !may },
  ];
  return <Menu label="More" button={<Icon name="dots" />} buttonClass="btn tool" items={items} side="below" align="end" />;
}

function Rename({ thread, done }: { thread: Thread; done: () => void }) {
  const desk = useDesk();
  const [title, setTitle] = useState(thread.title);
  const save = () => {
    done();
    const next = title.trim();
    if (next && next !== thread.title) attempt(desk.changeThread(thread.id, { title: next }));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") save();
    else if (event.key === "Escape") done();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <label className="field rename">
      <span className="sr">Title</span>
      <input autoFocus value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} onKeyDown={onKey} onBlur={save} onFocus={(event) => event.target.select()} />
    </label>
  );
}

function Delete({ thread, done }: { thread: Thread; done: () => void }) {
  const desk = useDesk();
  const remove = () => {
    done();
    attempt(desk.deleteThread(thread.id).then(() => go(chatPath(null))));
  };
  return (
    <Dialog title="Delete this thread?" onClose={done} footer={(
      <>
        <button className="btn" type="button" onClick={remove}>Delete</button>
        <button className="btn quiet" type="button" onClick={done}>Keep it</button>
      </>
    )}>
      <p>“{thread.title || "New thread"}” goes with all its messages, for everyone who can see it. What runs in it is stopped.</p>
    </Dialog>
  );
}
