/** One post of a person (or of an assistant outside a turn), and the echo of one that is still on its way. */
import { memo, useMemo } from "react";
import type { Message } from "../../api/types";
import type { Pending } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { sentence, time } from "../../state/words";
import { Copy } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { Face } from "../../ui/marks";
import { Markdown } from "../../ui/markdown/Markdown";

export const MessageView = memo(function MessageView({ message, toLive }: { message: Message; toLive: boolean }) {
  const me = useView((state) => state.session?.person.id);
  const byAssistant = message.role === "assistant";
  const handles = useMemo(() => message.mentions.map((mention) => mention.handle.replace(/^@/, "")), [message.mentions]);
  const name = message.author.name || message.author.handle;
  return (
    <article className={toLive ? "msg to-live" : "msg"} data-message={message.id}>
      <Face name={name} of={byAssistant ? "assistant" : message.author.id === me ? "me" : "person"} />
      <div>
        <div className="who">
          <b>{byAssistant ? `@${message.author.handle}` : name}</b><time>{time(message.created_at)}</time>
          <span className="acts"><Copy text={message.text} label="Copy" /></span>
        </div>
        <Markdown text={message.text} breaks={!byAssistant} mentions={handles} />
      </div>
    </article>
  );
});

/** Drawn at 60% until the server has it; one that failed keeps its text and says why. */
export function PendingView({ pending }: { pending: Pending }) {
  const desk = useDesk();
  const person = useView((state) => state.session?.person);
  const assistants = useView((state) => state.assistants);
  const handles = useMemo(() => Object.values(assistants).map((assistant) => assistant.handle), [assistants]);
  const failed = pending.state === "failed";
  return (
    <article className={failed ? "msg unsent" : "msg sending"} aria-busy={!failed} data-client-id={pending.client_id}>
      <Face name={person?.name ?? "?"} of="me" />
      <div>
        <div className="who"><b>{person?.name}</b>{failed ? null : <span className="dim">Sending</span>}</div>
        <Markdown text={pending.text} breaks mentions={handles} />
        {failed ? (
          <p className="error-line not-sent" role="alert">
            <Icon name="alert" className="icon-s" />
            <span className="grow">Not sent. {sentence(pending.reason ?? "")}</span>
            <button className="btn small" type="button" onClick={() => void desk.resend(pending)}>Retry</button>
            <button className="btn small quiet" type="button" onClick={() => desk.forget(pending)}>Remove</button>
          </p>
        ) : null}
      </div>
    </article>
  );
}
