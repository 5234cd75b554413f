/** What would become of the words as things are chosen now: why nobody could answer, or what the model does instead. */
import { Icon } from "../../ui/Icon";
import { Link, settingsPath } from "../../ui/route";
import { SignInButton } from "../../ui/SignInButton";
import type { Outlook } from "./useOutlook";

export function HowStrip({ outlook: { none, later, notes } }: { outlook: Outlook }) {
  if (none) {
    return (
      <p className="compose-strip" role="status">
        <Icon name="alert" className="icon-s" />
        <span className="grow">{none.replace(/^./, (first) => first.toUpperCase())}. <Link to={settingsPath("models")}>Settings, Models</Link> says what to do.</span>
      </p>
    );
  }
  if (later) {
    return (
      <p className="compose-strip" role="status">
        <Icon name="key" className="icon-s" />
        <span className="grow">{later.why}. What you ask waits for that and is answered then.</span>
        <SignInButton backend={later.backend} className="btn small" short instead={<Link to={settingsPath("models")}>Settings, Models</Link>} />
      </p>
    );
  }
  return notes.length ? <p className="compose-strip hint" role="status"><span className="grow">{notes.join(". ")}</span></p> : null;
}
