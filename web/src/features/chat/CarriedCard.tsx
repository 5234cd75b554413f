/** What a fork carries over, folded at its beginning: a copy, with the way to where it comes from for those who may go there. */
import { useState } from "react";
import { api } from "../../api/client";
import type { Carried, Thread } from "../../api/types";
import { carriedWords, sentence, time } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Face, Lamp } from "../../ui/marks";
import { Markdown } from "../../ui/markdown/Markdown";
import { chatPath, Link, messagePath } from "../../ui/route";
import "./carried.css";

type Load = { is: "folded" } | { is: "loading" } | { is: "here"; carried: Carried } | { is: "failed"; why: string };

export function CarriedCard({ thread, from }: { thread: Thread; from: NonNullable<Thread["carried"]> }) {
  const [load, setLoad] = useState<Load>({ is: "folded" });
  const unfold = (open: boolean) => {
    if (!open || load.is === "loading" || load.is === "here") return;
    setLoad({ is: "loading" });
    api.carried(thread.id).then(
      (carried) => setLoad({ is: "here", carried }),
      (error: Error) => setLoad({ is: "failed", why: error.message }),
    );
  };
  return (
    <details className="carried" aria-live="off" onToggle={(event) => unfold(event.currentTarget.open)}>
      <summary><Icon name="right" className="turnkey" /><Icon name="fork" /><span className="cut">Carried over from <b>{from.title || "a thread"}</b></span><span className="dim num">{carriedWords(from)}</span></summary>
      {load.is === "loading" ? <p className="loading" role="status"><Lamp kind="running" />Loading</p> : null}
      {load.is === "failed" ? <p className="error-line" role="alert"><Icon name="alert" className="icon-s" /><span>{sentence(load.why)} Fold it and open it again.</span></p> : null}
      {load.is === "here" ? <Lines carried={load.carried} /> : null}
    </details>
  );
}

function Lines({ carried: { messages, left_out, source } }: { carried: Carried }) {
  return (
    <div className="carried-lines">
      {source
        ? <p className="hint">A copy; it does not follow what happens there. <Link to={source.seq > 0 ? messagePath(source.thread_id, source.seq) : chatPath(source.thread_id)}>Go to where it comes from</Link></p>
        : <p className="hint">A copy. Where it comes from is gone, or not open to you.</p>}
      {left_out > 0 ? <p className="hint">{left_out} older {left_out === 1 ? "message is" : "messages are"} not carried over.</p> : null}
      {messages.map((message, at) => (
        <article className="msg" key={at} aria-label={`Carried over: ${message.role === "assistant" ? `@${message.handle}` : message.name}`}>
          <Face name={message.name} of={message.role === "assistant" ? "assistant" : "person"} />
          <div>
            <div className="who"><b>{message.role === "assistant" ? `@${message.handle}` : <bdi>{message.name}</bdi>}</b><time>{time(message.created_at)}</time></div>
            {message.text ? <Markdown text={message.text} breaks={message.role !== "assistant"} /> : null}
            {message.files.length ? <p className="hint">{message.files.join(", ")} {message.files.length === 1 ? "is" : "are"} not carried over</p> : null}
          </div>
        </article>
      ))}
    </div>
  );
}
