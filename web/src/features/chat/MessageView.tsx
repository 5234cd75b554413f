/** One post of a person (or of an assistant outside a turn), and the echo of one that is still on its way. */
import { memo, useMemo, useState } from "react";
import type { Message } from "../../api/types";
import type { Pending } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { sentence, time } from "../../state/words";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { Face } from "../../ui/marks";
import { Markdown } from "../../ui/markdown/Markdown";
import { copyItem, MessageMenu } from "../../ui/MessageMenu";
import { Attachments } from "./Attachments";
import { EditForm } from "./EditForm";
import { forkFrom } from "./fork";
import { ForkButton } from "./ForkButton";

/** `asked`: a turn for it is still open, so its words are being answered and stay as they are. */
export interface MessageViewProps { message: Message; toLive: boolean; asked?: boolean }

export const MessageView = memo(function MessageView({ message, toLive, asked = false }: MessageViewProps) {
  const desk = useDesk();
  const me = useView((state) => state.session?.person.id);
  const [editing, setEditing] = useState(false);
  const byAssistant = message.role === "assistant";
  const mine = !byAssistant && message.author.id === me;
  const handles = useMemo(() => message.mentions.map((mention) => mention.handle.replace(/^@/, "")), [message.mentions]);
  const name = message.author.name || message.author.handle;
  const files = message.attachments ?? [];
  if (message.role === "note") return <NoteLine message={message} />;
  return (
    <article className={toLive ? "msg to-live" : "msg"} id={`m-${message.seq}`} data-message={message.id} data-seq={message.seq}>
      <Face name={name} of={byAssistant ? "assistant" : mine ? "me" : "person"} />
      <div>
        <div className="who">
          <b>{byAssistant ? `@${message.author.handle}` : <bdi>{name}</bdi>}</b><time>{time(message.created_at)}</time>
          {message.edited_at ? <span className="dim" title={`Edited ${time(message.edited_at)}`}>edited</span> : null}
          {editing ? null : (
            <span className="acts">
              {mine && !asked ? <button className="btn tool small" type="button" aria-label="Edit" title="Edit" onClick={() => setEditing(true)}><Icon name="pencil" /></button> : null}
              {message.text ? <Copy text={message.text} label="Copy" /> : null}
              <ForkButton message={message} />
            </span>
          )}
          {editing ? null : (
            <MessageMenu label={`Message of ${name}`} items={[
              mine && !asked ? { label: "Edit", icon: "pencil", act: () => setEditing(true) } : null,
              message.text ? copyItem(message.text) : null,
              { label: "Fork from here", icon: "fork", act: () => forkFrom(desk, message.thread_id, message.id) },
            ]} />
          )}
        </div>
        {editing ? <EditForm message={message} onDone={() => setEditing(false)} /> : null}
        {message.text && !editing ? <Markdown text={message.text} breaks={!byAssistant} mentions={handles} /> : null}
        {files.length ? <Attachments files={files} /> : null}
      </div>
    </article>
  );
});

/** What Switchboard says of the thread itself: who changed what. */
function NoteLine({ message }: { message: Message }) {
  return (
    <p className="note-line" id={`m-${message.seq}`} data-message={message.id} data-seq={message.seq}>
      <span><bdi>{message.author.name || message.author.handle}</bdi>, <time>{time(message.created_at)}</time>: {message.text}</span>
    </p>
  );
}

/** Drawn at 60% until the server has it; one that failed keeps its text and says why. */
export function PendingView({ pending }: { pending: Pending }) {
  const desk = useDesk();
  const person = useView((state) => state.session?.person);
  const assistants = useView((state) => state.assistants);
  const handles = useMemo(() => Object.values(assistants).map((assistant) => assistant.handle), [assistants]);
  const failed = pending.state === "failed";
  const files = pending.attachments ?? [];
  return (
    <article className={failed ? "msg unsent" : "msg sending"} aria-busy={!failed} data-client-id={pending.client_id}>
      <Face name={person?.name ?? "?"} of="me" />
      <div>
        <div className="who"><b><bdi>{person?.name}</bdi></b>{failed ? null : <span className="dim">Sending</span>}</div>
        {pending.text ? <Markdown text={pending.text} breaks mentions={handles} /> : null}
        {files.length ? <Attachments files={files} /> : null}
        {failed ? (
          <p className="error-line not-sent" role="alert">
            <Icon name="alert" className="icon-s" />
            <span className="grow">{pending.kind === "queue" ? "Not queued." : "Not sent."} {sentence(pending.reason ?? "")}</span>
            <button className="btn small" type="button" onClick={() => void desk.outbox.retry(pending)}>Retry</button>
            {pending.refused ? <button className="btn small quiet" type="button" onClick={() => desk.outbox.takeBack(pending)}>Edit</button> : null}
            <button className="btn small quiet" type="button" onClick={() => desk.outbox.forget(pending)}>Remove</button>
          </p>
        ) : null}
      </div>
    </article>
  );
}
