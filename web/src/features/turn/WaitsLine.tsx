/** Why a turn that is next has not begun, from the server that knows, and the way to what takes its room. */
import type { Turn } from "../../api/types";
import { useView } from "../../state/react";
import { sentence, waitWords } from "../../state/words";
import { approvalsPath, Link, turnsPath } from "../../ui/route";

export function WaitsLine({ turn, mine }: { turn: Turn; mine: boolean }) {
  const asker = useView((state) => state.people[turn.person]?.name ?? "somebody");
  const words = waitWords(turn, mine ? null : asker);
  if (!words || !turn.waits || turn.stop_wanted) return null;
  const { room, taken } = turn.waits;
  return (
    <p className="hint waits-line">
      {sentence(words.why)} {sentence(words.then)}{" "}
      {mine && taken === "answers" ? <Link to={approvalsPath}>To the decisions</Link> : <Link to={turnsPath("running", mine && room === "person")}>What runs</Link>}
    </p>
  );
}
