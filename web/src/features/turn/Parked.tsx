/** What becomes of a turn that waits for a login: when it goes on, who can see to that, and how to take it back. */
import type { Turn } from "../../api/types";
import { useDesk, useView } from "../../state/react";
import { whoSignsIn } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Link, settingsPath } from "../../ui/route";
import { attempt } from "../../ui/Toasts";

export function ParkedLine() {
  const me = useView((state) => state.session?.person);
  const people = useView((state) => state.people);
  return <p className="parked">It goes on by itself once {whoSignsIn(me, Object.values(people))}.</p>;
}

/** The way to what it waits for, for those who can go it. */
export function SignInLink({ turn }: { turn: Turn }) {
  const admin = useView((state) => state.session?.person.role === "admin");
  const backend = useView((state) => state.backends?.[state.assistants[turn.assistant]?.backend ?? ""]);
  if (!admin) return null;
  return <Link className="btn small primary" to={settingsPath("models")}><Icon name="key" />{backend && backend.sign_ins.length === 0 ? "Settings, Models" : "Sign in"}</Link>;
}

export function DontGoOn({ turn }: { turn: Turn }) {
  const desk = useDesk();
  return <button className="btn small quiet" type="button" title="Leave it as it ended; Retry tries it again" onClick={() => attempt(desk.cancel(turn.id))}>Don’t go on</button>;
}
