/** What becomes of a turn that waits for a login: when it goes on, who can see to that, and how to take it back. */
import type { Turn } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { whoSignsIn } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Link, settingsPath } from "../../ui/route";
import { SignInButton } from "../../ui/SignInButton";
import { attempt } from "../../ui/Toasts";

export function ParkedLine() {
  const me = useView((state) => state.session?.person);
  const people = useView((state) => state.people);
  return <p className="parked">It goes on by itself once {whoSignsIn(me, Object.values(people))}.</p>;
}

/** The way to the login that was missing, for those who can go it; where that is not signed in to here, to what can be done. */
export function SignInLink({ turn }: { turn: Turn }) {
  const admin = useView((state) => state.session?.person.role === "admin");
  const backend = useView((state) => state.assistants[turn.assistant]?.backend);
  const settings = turn.parked && admin ? <Link className="btn small primary" to={settingsPath("models")}><Icon name="key" />Settings, Models</Link> : null;
  return <SignInButton backend={backend} className="btn small primary" instead={settings} />;
}

export function DontGoOn({ turn }: { turn: Turn }) {
  const desk = useDesk();
  return <button className="btn small quiet" type="button" title="Leave it as it ended; Retry tries it again" onClick={() => attempt(desk.cancel(turn.id))}>Don’t go on</button>;
}
