/** A button with a short list of actions or choices. Owns opening, arrows, Escape and where focus returns. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./Icon";

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Dim words at the end of the line. */
  note?: string;
  checked?: boolean;
  disabled?: boolean;
  act: () => void;
}

export interface MenuProps {
  /** Of the button, for a key that presses it. */
  id?: string;
  label: string;
  /** The key, for its title. */
  hint?: string;
  button: ReactNode;
  buttonClass: string;
  items: MenuItem[];
  side: "above" | "below";
  align: "start" | "end";
}

export function Menu({ id: buttonId, label, hint, button, buttonClass, items, side, align }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    list.current?.querySelector<HTMLElement>('[role^="menuitem"]:not([aria-disabled])')?.focus();
    const away = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([aria-disabled])') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(at + step + all.length) % all.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <span className="menu" ref={root}>
      <button ref={opener} id={buttonId} type="button" className={buttonClass} aria-label={label} title={hint ? `${label} (${hint})` : label} aria-haspopup="menu"
        aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        {button}
      </button>
      {open ? (
        <div ref={list} id={id} className={`pop ${side} ${align}`} role="menu" aria-label={label} onKeyDown={onKey}>
          {items.map((item) => (
            <button key={item.label} type="button" className="o" tabIndex={-1}
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              {...(item.checked === undefined ? {} : { "aria-checked": item.checked })}
              {...(item.disabled ? { "aria-disabled": true } : {})}
              onClick={() => {
                if (item.disabled) return;
                close();
                item.act();
              }}>
              {item.checked === undefined
                ? item.icon ? <Icon name={item.icon} className="icon-s" /> : null
                : item.checked ? <Icon name="check" className="icon-s" /> : <span className="icon-s" />}
              <span>{item.label}</span>
              {item.note ? <span className="r">{item.note}</span> : null}
            </button>
          ))}
        </div>
      ) : null}
    </span>
  );
}
