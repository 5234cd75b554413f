/** The bar over a thread: its name, who can see it, and what can be done with it. */
import { type KeyboardEvent, useState } from "react";
import type { Assistant, Thread } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { Dialog } from "../../ui/Dialog";
import { toggleDrawer } from "../../ui/drawer";
import { Icon } from "../../ui/Icon";
import { Face } from "../../ui/marks";
import { Menu, type MenuItem } from "../../ui/Menu";
import { chatPath, go } from "../../ui/route";
import { attempt } from "../../ui/Toasts";
import { LinkLine } from "./LinkLine";

export function DrawerButton() {
  return <button className="btn tool narrow-only" type="button" aria-label="Threads" onClick={toggleDrawer}><Icon name="menu" /></button>;
}

export function ThreadBar({ thread, assistant }: { thread: Thread | undefined; assistant: Assistant | undefined }) {
  const [renaming, setRenaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  return (
    <header className="bar">
      <DrawerButton />
      {thread && renaming
        ? <Rename thread={thread} done={() => setRenaming(false)} />
        : <h1 className="cut">{thread ? thread.title || "New thread" : "Thread"}</h1>}
      {thread && !renaming ? <Tag thread={thread} assistant={assistant} /> : null}
      <span className="grow" />
      <LinkLine />
      {thread ? (
        <>
          <Members thread={thread} />
          <Actions thread={thread} onRename={() => setRenaming(true)} onDelete={() => setDeleting(true)} />
        </>
      ) : null}
      {thread && deleting ? <Delete thread={thread} done={() => setDeleting(false)} /> : null}
    </header>
  );
}

function Tag({ thread, assistant }: { thread: Thread; assistant: Assistant | undefined }) {
  if (thread.archived_at) return <span className="tag">Archived</span>;
  if (assistant) return <span className="tag wide-only">Direct with @{assistant.handle}</span>;
  return thread.visibility === "open"
    ? <span className="tag wide-only" title="Everyone in this workspace can read it and write in it">Open to everyone</span>
    : <span className="tag wide-only" title="Only its members can see it">Private</span>;
}

function Members({ thread }: { thread: Thread }) {
  const me = useView((state) => state.session?.person.id);
  const members = thread.members ?? [];
  if (members.length < 2) return null;
  return (
    <span className="faces wide-only" role="img" aria-label={`In this thread: ${members.map((member) => member.name).join(", ")}`}>
      {members.slice(0, 5).map((member) => <Face key={member.id} name={member.name} of={member.id === me ? "me" : "person"} size="s" />)}
    </span>
  );
}

function Actions({ thread, onRename, onDelete }: { thread: Thread; onRename: () => void; onDelete: () => void }) {
  const desk = useDesk();
  const me = useView((state) => state.session?.person);
  const change = (body: Parameters<typeof desk.changeThread>[1]) => attempt(desk.changeThread(thread.id, body));
  const may = me?.id === thread.created_by || me?.role === "admin";
  const items: MenuItem[] = [
    { label: "Rename", icon: "pencil", act: onRename },
    thread.archived_at
      ? { label: "Bring back from the archive", icon: "undo", act: () => change({ archived: false }) }
      : { label: "Archive", icon: "inbox", act: () => change({ archived: true }) },
    ...(thread.assistant_id ? [] : [thread.visibility === "open"
      ? { label: "Make private", icon: "lock" as const, act: () => change({ visibility: "private" }), disabled: !may }
      : { label: "Open to everyone", icon: "people" as const, act: () => change({ visibility: "open" }), disabled: !may }]),
    { label: "Delete", icon: "x", act: onDelete, disabled: !may },
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
