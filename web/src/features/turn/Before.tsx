/** What a turn did and said just before a moment, folded: enough to decide what it asks, without its whole thread. */
import { useMemo, useState } from "react";
import type { Id, Millis } from "../../api/types";
import type { HeldItem } from "../../state/model";
import { useView } from "../../state/react";
import { partsOf } from "../../state/view";
import { clock } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Markdown } from "../../ui/markdown/Markdown";
import { itemsBefore } from "./facts";
import { Steps } from "./Steps";

const none: Record<Id, HeldItem> = {};

export function Before({ turn, at }: { turn: Id; at: Millis }) {
  const held = useView((state) => state.items[turn] ?? none);
  const thinks = useView((state) => state.threads[state.turns[turn]?.thread_id ?? ""]?.settings.show_reasoning ?? true);
  const [opened, setOpened] = useState(false);
  const { items, left } = useMemo(() => itemsBefore(Object.values(held), at, thinks), [held, at, thinks]);
  const [first] = items;
  if (!first) return null;
  const steps = items.filter((item) => item.kind !== "text").length;
  return (
    <details className="step part before" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>
        <Icon name="right" className="turnkey" /><Icon name="terminal" /><span className="cut">What happened just before</span>
        <span className="end num">{steps ? `${steps} ${steps === 1 ? "step" : "steps"}` : "words"}<span className="t">{clock(at - first.started_at)}</span></span>
      </summary>
      {opened ? (
        <div className="body">
          {left ? <p className="hint">What came before that is in the thread.</p> : null}
          {partsOf(items, null).map((part) => (part.is === "steps" ? <Steps key={part.key} items={part.items} live={false} /> : <Markdown key={part.key} text={part.text} />))}
        </div>
      ) : null}
    </details>
  );
}
