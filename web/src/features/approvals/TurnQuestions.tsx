/** What one turn asked: settled ones as lines, open ones as cards, in the order they were asked. */
import { lazy, memo, Suspense, useMemo } from "react";
import type { Id } from "../../api/types";
import { askedBy } from "../../state/asks";
import { useView } from "../../state/react";

const TurnQuestion = lazy(() => import("./TurnQuestion").then(({ TurnQuestion: draw }) => ({ default: draw })));

export const TurnQuestions = memo(function TurnQuestions({ turn }: { turn: Id }) {
  const questions = useView((state) => state.questions);
  const me = useView((state) => state.session?.person.id);
  const all = useMemo(() => askedBy({ questions }, turn), [questions, turn]);
  if (all.length === 0) return null;
  const open = all.filter((one) => one.state === "asked" && one.person_id === me);
  return (
    <div className="turn-asks">
      <Suspense fallback={null}>{all.map((one) => <TurnQuestion key={one.id} question={one} place={open.length > 1 && open.includes(one) ? `${open.indexOf(one) + 1} of ${open.length}` : null} />)}</Suspense>
    </div>
  );
});
