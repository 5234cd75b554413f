/** What the word at the caret may become, over the field where it stands. The field keeps the focus; this only shows and is clicked. */
import { Fragment, type ReactNode, type RefObject, useLayoutEffect, useRef } from "react";
import { sentence } from "../../state/words";
import { Hint } from "../../ui/Hint";

export const optionId = (list: string, index: number) => `${list}-${index}`;

export interface Option {
  key: string;
  group: string;
  /** It stays in the list, but cannot be picked. */
  off: boolean;
  /** What to do about that; shown while it is selected. */
  remedy: string | null;
  draw: ReactNode;
}

export interface SuggestionsProps {
  id: string;
  label: string;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Where in the text the word stands. */
  at: number;
  options: Option[];
  selected: number;
  onPick: (index: number) => void;
}

export function Suggestions({ id, label, field, at, options, selected, onPick }: SuggestionsProps) {
  const pop = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    const box = pop.current;
    if (!area || !box) return;
    const room = area.offsetWidth - box.offsetWidth;
    box.style.left = `${Math.max(0, Math.min(leftOf(area, at) - 12, room))}px`;
  }, [field, at]);
  // In braces: newer browsers return a promise, which an effect must not.
  useLayoutEffect(() => {
    pop.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const remedy = options[selected]?.remedy;

  return (
    <div ref={pop} className="pop suggestions">
      <div className="suggested" id={id} role="listbox" aria-label={label}>
        {options.map((option, index) => (
          <Fragment key={option.key}>
            {options[index - 1]?.group === option.group ? null : <div className="label" role="presentation">{option.group}</div>}
            <div id={optionId(id, index)} className="o" role="option" aria-selected={index === selected} aria-disabled={option.off || undefined}
              aria-describedby={option.remedy && index === selected ? `${id}-remedy` : undefined}
              onPointerDown={(event) => {
                event.preventDefault();
                onPick(index);
              }}>
              {option.draw}
            </div>
          </Fragment>
        ))}
      </div>
      {remedy ? <p className="foot" id={`${id}-remedy`}><span><Hint text={sentence(remedy)} /></span></p> : null}
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
