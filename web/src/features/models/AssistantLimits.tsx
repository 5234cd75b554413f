/** How much of the plan behind an assistant is used, each limit with when it begins anew. Nothing where nobody tells. */
import type { Id } from "../../api/types";
import { useNow, useView } from "../../state/react";
import { LimitMeters } from "./Meter";

export function AssistantLimits({ assistant }: { assistant: Id }) {
  const group = useView((state) => state.models?.find((one) => one.assistant_id === assistant));
  const now = useNow(group !== undefined, 60_000);
  return group?.limits.length ? <LimitMeters limits={group.limits} now={now} /> : null;
}
