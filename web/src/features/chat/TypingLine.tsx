/** Says over the composer who else is writing. Keeps its line, so that nothing moves when somebody begins or stops. */
import { useEffect, useState } from "react";
import type { Id } from "../../api/types";
import { typingIn, typingWords } from "../../state/here";
import { useView } from "../../state/react";

export function TypingLine({ thread }: { thread: Id }) {
  const presence = useView((state) => state.presence);
  const people = useView((state) => state.people);
  const me = useView((state) => state.session?.person.id);
  const [now, setNow] = useState(() => Date.now());
  const next = Math.min(...typingIn(presence, thread, now, me).map((id) => presence[id]?.typingUntil ?? Infinity));
  useEffect(() => setNow(Date.now()), [presence]);
  useEffect(() => {
    if (next === Infinity) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, next - Date.now()) + 10);
    return () => clearTimeout(timer);
  }, [next]);
  const names = typingIn(presence, thread, now, me).map((id) => people[id]?.name.split(" ")[0] ?? "Somebody");
  return <p className="typing-line cut" role="status">{typingWords(names)}</p>;
}
