/** What went wrong, where it went wrong: the sentence, what to do, the code; and the wait before there is anything to show. */
import type { ReactNode } from "react";
import type { Problem } from "../api/client";
import { begun, sentence } from "../state/words";
import { Hint } from "./Hint";
import { Icon } from "./Icon";
import type { Source } from "./load";
import { Lamp } from "./marks";

/** Under the field or the button that asked for it. */
export function Trouble({ problem, id }: { problem: Problem | null; id?: string }) {
  if (!problem) return null;
  return (
    <p className="error-line trouble" role="alert" id={id}>
      <Icon name="alert" className="icon-s" />
      <span><Hint text={sentence(problem.message)} />{problem.hint ? <> <Hint text={sentence(begun(problem.hint))} /></> : null}{problem.code ? <> <span className="id">{problem.code}</span></> : null}</span>
    </p>
  );
}

/** The arc comes after 300 ms; a refusal stands where the content would, with the way to try again. */
export function Shown<T>({ source, children }: { source: Source<T>; children: (value: T) => ReactNode }) {
  const { loaded } = source;
  if (loaded.is === "loading") return <p className="loading" role="status"><Lamp kind="running" />Loading</p>;
  if (loaded.is === "here") return <>{children(loaded.value)}</>;
  return (
    <section className="card not-here">
      <Trouble problem={loaded.problem} />
      <button className="btn small" type="button" onClick={source.again}><Icon name="refresh" />Try again</button>
    </section>
  );
}
