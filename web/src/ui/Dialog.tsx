/** A modal question or list. The browser's own dialog keeps focus inside and gives it back. */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

export function Dialog({ title, onClose, children, footer }: { title: string; onClose: () => void; children: ReactNode; footer?: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed while it still stands in the page: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}>
      <div className="in">
        <h2 id={id}>{title}</h2>
        {children}
        {footer ? <footer>{footer}</footer> : null}
      </div>
    </dialog>
  );
}
