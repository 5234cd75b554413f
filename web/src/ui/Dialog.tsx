/** A modal question or list. */
import { type ReactNode, useId } from "react";
import { Modal } from "./Modal";

export interface DialogProps { title: string; onClose: () => void; children: ReactNode; footer?: ReactNode; className?: string }

export function Dialog({ title, onClose, children, footer, className }: DialogProps) {
  const id = useId();
  return (
    <Modal className={className ? `dialog ${className}` : "dialog"} aria-labelledby={id} onClose={onClose}>
      <div className="in">
        <h2 id={id}>{title}</h2>
        {children}
        {footer ? <footer>{footer}</footer> : null}
      </div>
    </Modal>
  );
}
