/** One thread: its bar, its log, its dock. Owns loading it, reading it and what can be done with it as a whole. */
import { useEffect, useState } from "react";
import { Problem } from "../../api/client";
import type { Id, Thread } from "../../api/types";
import { markRead } from "../../state/local";
import { useDesk, useView } from "../../state/react";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { chatPath, Link } from "../../ui/route";
import { type DrawAnswer, Log } from "./Log";
import type { DrawComposer } from "./slots";
import { ThreadBar } from "./ThreadBar";

type Load = { is: "loading" } | { is: "here" } | { is: "refused"; problem: Problem };

function useThread(id: Id): [Load, () => void] {
  const desk = useDesk();
  const here = useView((state) => state.pages[id] !== undefined);
  const [load, setLoad] = useState<Load>({ is: "loading" });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let current = true;
    setLoad((was) => (was.is === "here" ? was : { is: "loading" }));
    desk.openThread(id).then(
      () => current && setLoad({ is: "here" }),
      (error: unknown) => current && setLoad({ is: "refused", problem: error instanceof Problem ? error : new Problem(0, "unknown", String(error)) }),
    );
    return () => {
      current = false;
    };
  }, [desk, id, tries]);
  return [here ? { is: "here" } : load.is === "here" ? { is: "loading" } : load, () => setTries(tries + 1)];
}

/** Only what stands on a screen that somebody looks at counts as read. */
function useReading(thread: Thread | undefined) {
  const id = thread?.id;
  const seq = thread?.last_seq ?? 0;
  useEffect(() => {
    if (!id) return;
    const read = () => document.visibilityState === "visible" && markRead(id, seq);
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [id, seq]);
}

export interface ThreadScreenProps { id: Id; mention: string | null; drawAnswer: DrawAnswer; drawComposer: DrawComposer }

export function ThreadScreen({ id, mention, drawAnswer, drawComposer }: ThreadScreenProps) {
  const thread = useView((state) => state.threads[id]);
  const assistant = useView((state) => (thread?.assistant_id ? state.assistants[thread.assistant_id] : undefined));
  const [load, again] = useThread(id);
  useReading(thread);

  if (load.is === "refused") return <Refused problem={load.problem} again={again} />;
  return (
    <>
      <ThreadBar thread={thread} assistant={assistant} />
      {load.is === "loading"
        ? <div className="scroll"><p className="loading" role="status"><Lamp kind="running" />Loading</p></div>
        : <Log thread={id} drawAnswer={drawAnswer} />}
      <div className="dock">
        <div className="col">
          {thread?.archived_at ? <p className="hint dock-note">This thread is archived. Writing in it does not bring it back to the list.</p> : null}
          {drawComposer({
            thread: id, prefill: mention ? `@${mention} ` : null,
            placeholder: assistant ? `Message @${assistant.handle}` : "Message, @ asks an assistant",
          })}
        </div>
      </div>
    </>
  );
}

function Refused({ problem, again }: { problem: Problem; again: () => void }) {
  const missing = problem.status === 404 || problem.status === 400 || problem.status === 422;
  return (
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
  );
}
