/** The steps of a plan with how far each is. */
import type { HeldItem } from "../../state/model";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";

export type PlanStep = NonNullable<HeldItem["steps"]>[number];

export const stepsDone = (steps: PlanStep[]) => `${steps.filter((step) => step.done).length} of ${steps.length}`;

export function Checklist({ steps, running }: { steps: PlanStep[]; running: boolean }) {
  return (
    <ol className="plan" aria-label={`Plan, ${stepsDone(steps)} done`}>
      {steps.map(({ text, done, doing }, at) => {
        const now = doing && !done;
        return (
          <li key={at} className={done ? "done" : now ? "now" : "todo"} {...(now && running ? { "aria-current": "step" as const } : {})}>
            {now && running ? <Lamp kind="running" /> : <Icon name={done ? "done" : "circle"} />}
            <span>{text}<span className="sr">{done ? ", done" : now ? (running ? ", under way" : ", begun") : ", to do"}</span></span>
          </li>
        );
      })}
    </ol>
  );
}
