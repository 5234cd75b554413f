/** One of few, always visible: a radio group with one tab stop, whose arrows move. The value is the caller's. */
import type { KeyboardEvent } from "react";

export interface ChoiceProps<T extends string> { label: string; value: T; options: [T, string][]; onPick: (value: T) => void; disabled?: boolean }

export function Choice<T extends string>({ label, value, options, onPick, disabled = false }: ChoiceProps<T>) {
  const onKey = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = options.findIndex(([option]) => option === value);
    const to = (at + step + options.length) % options.length;
    const next = options[to];
    if (!next) return;
    onPick(next[0]);
    event.currentTarget.querySelectorAll("button")[to]?.focus();
  };
  return (
    <div className="seg" role="radiogroup" aria-label={label} onKeyDown={onKey}>
      {options.map(([option, word]) => (
        <button key={option} type="button" role="radio" aria-checked={option === value} tabIndex={option === value ? 0 : -1} disabled={disabled}
          onClick={() => onPick(option)}>{word}</button>
      ))}
    </div>
  );
}
