/** The head of a settings sheet: its name, one sentence, and what can be done with all of it. */
import type { ReactNode } from "react";

export function SheetHead({ title, lead, children }: { title: string; lead: string; children?: ReactNode }) {
  return <header><div className="grow"><h1 className="title">{title}</h1><p className="lead">{lead}</p></div>{children}</header>;
}
