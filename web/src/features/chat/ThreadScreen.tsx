/** One thread: its bar, its log, its dock. Owns loading it, reading it and what can be done with it as a whole. */
import { useEffect, useMemo, useState } from "react";
import { Problem } from "../../api/client";
import type { Id, Message, Thread } from "../../api/types";
import { isSeen } from "../../state/local";
import { useDesk, useView } from "../../state/react";
import { sentence } from "../../state/words";
import { useAside } from "../../ui/aside";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { chatPath, Link } from "../../ui/route";
import { attempt } from "../../ui/Toasts";
import { type DrawAnswer, type Jump, Log } from "./Log";
import type { DrawAside, DrawComposer, DrawNeeds } from "./slots";
import { DrawerButton, ThreadBar } from "./ThreadBar";
import { TypingLine } from "./TypingLine";

type Load = { is: "loading" } | { is: "here" } | { is: "refused"; problem: Problem };

/** `first` is the message that the address points to when the thread is opened. */
function useThread(id: Id, first: number | null): [Load, () => void] {
  const desk = useDesk();
  const here = useView((state) => state.pages[id] !== undefined);
  const [load, setLoad] = useState<Load>({ is: "loading" });
  const [tries, setTries] = useState(0);
  const known = useView((state) => state.threads[id] !== undefined);
  useEffect(() => {
    let current = true;
    setLoad((was) => (was.is === "here" ? was : { is: "loading" }));
    desk.openThread(id, first).then(
      () => current && setLoad({ is: "here" }),
      (error: unknown) => current && setLoad({ is: "refused", problem: error instanceof Problem ? error : new Problem(0, "unknown", String(error)) }),
    );
    return () => {
      current = false;
    };
    // Later messages are jumped to in the log; only the first decides what is loaded.
  }, [desk, id, tries]);
  // Lost while it was read, or given while it was refused: asked for once more.
  const again = load.is === "here" ? !here : load.is === "refused" && known;
  useEffect(() => {
    if (again) setTries((all) => all + 1);
  }, [again]);
  return [here ? { is: "here" } : load.is === "here" ? { is: "loading" } : load, () => setTries(tries + 1)];
}

/** Whether somebody looks at this page: it is on a screen, and in front. */
function useLookedAt(): boolean {
  const [seen, setSeen] = useState(isSeen);
  useEffect(() => {
    const look = () => setSeen(isSeen());
    document.addEventListener("visibilitychange", look);
    addEventListener("focus", look);
    addEventListener("blur", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      removeEventListener("focus", look);
      removeEventListener("blur", look);
    };
  }, []);
  return seen;
}

/** Only what stands at the end of a page that somebody looks at counts as read, and only as far as it is drawn. */
function useReading(id: Id, thread: Thread | undefined, atEnd: boolean, drawn: number) {
  const desk = useDesk();
  const looked = useLookedAt();
  const unread = thread?.unread;
  useEffect(() => {
    if (unread && looked && atEnd && drawn > 0) attempt(desk.read(id, drawn));
  }, [desk, id, unread, looked, atEnd, drawn]);
  useEffect(() => {
    desk.signs.at(looked ? id : null);
    return () => desk.signs.at(null);
  }, [desk, id, looked]);
}

const noMessages = {};
/** The last message that is here. */
function useDrawn(id: Id): number {
  const messages = useView((state) => state.messages[id] ?? noMessages);
  return useMemo(() => Object.values(messages as Record<Id, Message>).reduce((most, { seq }) => Math.max(most, seq), 0), [messages]);
}

export interface ThreadScreenProps {
  id: Id;
  jump: Jump | null;
  /** The turn that the address asks for, and whether its facts are to lie over the log. */
  asked: Id | null;
  detail: boolean;
  onSearch: (within: Id) => void;
  mention: string | null;
  drawAnswer: DrawAnswer;
  drawNeeds: DrawNeeds;
  drawComposer: DrawComposer;
  drawAside: DrawAside;
}

export function ThreadScreen({ id, jump, asked, detail, onSearch, mention, drawAnswer, drawNeeds, drawComposer, drawAside }: ThreadScreenProps) {
  const thread = useView((state) => state.threads[id]);
  const assistant = useView((state) => (thread?.assistant_id ? state.assistants[thread.assistant_id] : undefined));
  const [load, again] = useThread(id, jump?.seq ?? null);
  const [atEnd, setAtEnd] = useState(false);
  useReading(id, thread, atEnd && load.is === "here", useDrawn(id));
  // Working with one assistant is where the plan and the files are looked at; among people it would be in the way.
  const aside = useAside(assistant !== undefined, detail);

  if (load.is === "refused") return <Refused problem={load.problem} again={again} />;
  return (
    <>
      <ThreadBar thread={thread} assistant={assistant} aside={aside} onSearch={onSearch} />
      <div className={`turn-grid ${aside}`}>
        <div className="turn-main" inert={aside === "over"}>
          {load.is === "loading"
            ? <div className="scroll"><p className="loading" role="status"><Lamp kind="running" />Loading</p></div>
            : <Log thread={id} drawAnswer={drawAnswer} jump={jump} onEnd={setAtEnd} />}
          <div className="dock">
            <div className="col">
              {thread?.archived_at ? <p className="hint dock-note">This thread is archived. Writing in it does not bring it back to the list.</p> : null}
              <TypingLine thread={id} />
              {drawNeeds(id)}
              {drawComposer({
                thread: id, prefill: mention ? `@${mention} ` : null,
                placeholder: assistant ? `Message @${assistant.handle}` : "Message, @ asks an assistant",
              })}
            </div>
          </div>
        </div>
        {aside === "closed" ? null : drawAside({ thread: id, asked, place: aside })}
      </div>
    </>
  );
}

function Refused({ problem, again }: { problem: Problem; again: () => void }) {
  const missing = problem.status === 404 || problem.status === 400 || problem.status === 422;
  return (
    <>
      <header className="bar narrow-only"><DrawerButton /><b className="cut">Thread</b></header>
      <div className="scroll">
        <div className="first">
          <h1>{missing ? "There is no such thread here" : "The thread cannot be shown"}</h1>
          <p className="lead">{missing ? "It was deleted, or it is not open to you." : sentence(problem.message)}</p>
          <p className="refused-do">
            {missing ? <Link className="btn" to={chatPath(null)}>Start a new thread</Link> : <button className="btn" type="button" onClick={again}><Icon name="refresh" />Try again</button>}
            <span className="id">{problem.code}</span>
          </p>
        </div>
      </div>
    </>
  );
}
