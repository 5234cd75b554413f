/** All changes of a turn together, in one line at its end, and file by file when it is opened. */
import { lazy, Suspense, useMemo, useState } from "react";
import type { HeldItem } from "../../state/model";
import { Icon } from "../../ui/Icon";
import { changeWords, filesOf } from "../../ui/diff";
import { StatView } from "../../ui/StatView";

const Patch = lazy(() => import("../../ui/Patch").then(({ Patch: draw }) => ({ default: draw })));

/** With more than this the files come folded. */
const FILES = 6;

export function Changes({ items }: { items: HeldItem[] }) {
  const text = items.findLast((item) => item.kind === "turn_diff")?.text ?? "";
  const files = useMemo(() => filesOf(text), [text]);
  const [opened, setOpened] = useState(false);
  if (files.length === 0) return null;
  const { count, ...stat } = changeWords(files);
  return (
    <details className="changes" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary><Icon name="right" className="turnkey" /><Icon name="diff" /><span>Changes of this turn: {count}</span><StatView {...stat} /></summary>
      {opened ? (
        <div className="patches">
          <Suspense fallback={<p className="dim">Loading</p>}>
            {files.map(({ path, change, diff, binary }, at) => <Patch key={`${at} ${path}`} path={path} change={change} diff={binary ? null : diff} folded={files.length > FILES} />)}
          </Suspense>
        </div>
      ) : null}
    </details>
  );
}
