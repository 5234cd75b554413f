/** A button with a small panel under it that holds more than a list of actions. Owns opening, Escape and where focus returns. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface PopoverProps {
  /** Of the button, for a key that presses it. */
  id?: string;
  label: string;
  button: ReactNode;
  buttonClass: string;
  side?: "above" | "below";
  align: "start" | "end";
  children: ReactNode;
}

export function Popover({ id: buttonId, label, button, buttonClass, side = "below", align, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    (panel.current?.querySelector<HTMLElement>("input, button") ?? panel.current)?.focus();
    const away = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      setOpen(false);
      opener.current?.focus();
      event.preventDefault();
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);
  // What had the focus may go, as a name does that was removed; the focus stays in the panel.
  useEffect(() => {
    if (open && document.activeElement === document.body) panel.current?.focus();
  });

  return (
    <span className="menu" ref={root}>
      <button ref={opener} id={buttonId} type="button" className={buttonClass} title={label} aria-haspopup="dialog"
        aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        <span className="sr">{label}</span>{button}
      </button>
      {open ? <div ref={panel} id={id} className={`pop ${side} ${align}`} role="dialog" aria-label={label} tabIndex={-1}>{children}</div> : null}
    </span>
  );
}
