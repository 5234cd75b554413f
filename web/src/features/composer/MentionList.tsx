/** Who can be mentioned, over the field where the @ stands. The field keeps the focus; this only shows and is clicked. */
import { Fragment, type RefObject, useLayoutEffect, useRef } from "react";
import { Face, Lamp } from "../../ui/marks";
import type { Candidate } from "./mentions";

export const optionId = (list: string, index: number) => `${list}-${index}`;

export interface MentionListProps {
  id: string;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Where in the text the @ stands. */
  at: number;
  candidates: Candidate[];
  selected: number;
  onPick: (candidate: Candidate) => void;
}

export function MentionList({ id, field, at, candidates, selected, onPick }: MentionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    const box = list.current;
    if (!area || !box) return;
    const room = area.offsetWidth - box.offsetWidth;
    box.style.left = `${Math.max(0, Math.min(leftOf(area, at) - 12, room))}px`;
  }, [field, at]);
  // In braces: newer browsers return a promise, which an effect must not.
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [selected]);

  return (
    <div ref={list} className="pop mention-list" id={id} role="listbox" aria-label="Mention">
      {candidates.map((candidate, index) => (
        <Fragment key={candidate.key}>
          {candidates[index - 1]?.kind === candidate.kind ? null : (
            <div className="label" role="presentation">{candidate.kind === "assistant" ? "Assistants" : "People"}</div>
          )}
          <div id={optionId(id, index)} className="o" role="option" aria-selected={index === selected}
            onPointerDown={(event) => {
              event.preventDefault();
              onPick(candidate);
            }}>
            <Face name={candidate.name} of={candidate.kind === "assistant" ? "assistant" : "person"} size="s" />
            <span className="strong">{candidate.kind === "assistant" ? `@${candidate.handle}` : candidate.name}</span>
            <span className="dim cut">{candidate.kind === "assistant" ? candidate.name : `@${candidate.handle}`}</span>
            {candidate.state ? <span className="r">{candidate.lamp === "none" ? null : <Lamp kind={candidate.lamp} />}{candidate.state}</span> : null}
          </div>
        </Fragment>
      ))}
    </div>
  );
}

/** How far from the field's left edge the character at `index` stands: measured on a hidden twin of the field. */
function leftOf(area: HTMLTextAreaElement, index: number): number {
  const twin = document.createElement("div");
  twin.className = "compose-twin text";
  twin.style.width = `${area.clientWidth}px`;
  twin.textContent = area.value.slice(0, index);
  const mark = document.createElement("span");
  mark.textContent = "@";
  twin.append(mark);
  area.parentElement?.append(twin);
  const left = mark.offsetLeft;
  twin.remove();
  return left;
}
