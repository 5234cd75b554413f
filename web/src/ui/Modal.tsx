/** The browser's own modal dialog: it keeps focus inside and gives it back. Esc and a click beside it close it. */
import { type ComponentProps, useLayoutEffect, useRef } from "react";

export interface ModalProps extends Omit<ComponentProps<"dialog">, "onCancel" | "onClick" | "onClose"> { onClose: () => void }

export function Modal({ onClose, ...rest }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed while it still stands in the page: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} {...rest}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }} />
  );
}
