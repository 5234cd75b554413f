/** A picture as large as the window lets it be. Esc and a click beside it close it, and focus goes back to what opened it. */
import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "./Icon";

export interface ViewerProps { title: string; src: string; width: number; height: number; onClose: () => void; actions?: ReactNode }

export function Viewer({ title, src, width, height, onClose, actions }: ViewerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="dialog viewer" aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}>
      <div className="head"><span className="grow cut">{title}</span>{actions}
        <button className="btn tool small" type="button" aria-label="Close" title="Close (Esc)" onClick={onClose}><Icon name="x" /></button>
      </div>
      <div className="viewer-in" tabIndex={0}><img src={src} width={width} height={height} alt={title} /></div>
    </dialog>
  );
}
