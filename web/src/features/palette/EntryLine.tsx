/** One line of the palette. Owns how a command, a thread and a message look in it. */
import { shortWhen } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { keyName } from "../../ui/keyname";
import { Face, Lamp } from "../../ui/marks";
import type { Entry } from "./entries";

export function EntryLine({ entry, now }: { entry: Entry; now: number }) {
  switch (entry.is) {
    case "command": return (
      <>
        <Icon name={entry.command.icon} /><span className="cut">{entry.command.label}</span>
        {entry.command.keys ? <span className="r"><kbd>{keyName(entry.command.keys)}</kbd></span> : null}
      </>
    );
    case "thread": return (
      <>
        <span className="lamp-place"><Lamp kind={entry.lamp} /></span><span className="cut">{entry.title}</span>
        {entry.when === null ? null : <span className="r num">{shortWhen(entry.when, now)}</span>}
      </>
    );
    case "message": {
      const { message, snippet, thread } = entry.hit;
      const byAssistant = message.role === "assistant";
      return (
        <>
          <Face name={message.author.name} of={byAssistant ? "assistant" : "person"} size="s" />
          <span className="found-lines">
            <span className="cut">{snippet.map(({ text, hit }, at) => (hit ? <mark key={at}>{bare(text)}</mark> : <span key={at}>{bare(text)}</span>))}</span>
            <span className="cut dim">{byAssistant ? `@${message.author.handle}` : message.author.name} in {thread.title || "New thread"}</span>
          </span>
          <span className="r num">{shortWhen(message.created_at, now)}</span>
        </>
      );
    }
  }
}

/** Without the marks of Markdown; the spaces between the pieces stay. */
const bare = (text: string) => text.replace(/\*\*|__|~~|`+/g, "");
