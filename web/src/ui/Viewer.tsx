/** A picture as large as the window lets it be. */
import type { ReactNode } from "react";
import { Icon } from "./Icon";
import { Modal } from "./Modal";

export interface ViewerProps { title: string; src: string; width: number; height: number; onClose: () => void; actions?: ReactNode }

export function Viewer({ title, src, width, height, onClose, actions }: ViewerProps) {
  return (
    <Modal className="dialog viewer" aria-label={title} onClose={onClose}>
      <div className="head"><span className="grow cut">{title}</span>{actions}
        <button className="btn tool small" type="button" aria-label="Close" title="Close (Esc)" onClick={onClose}><Icon name="x" /></button>
      </div>
      <div className="viewer-in" tabIndex={0}><img src={src} width={width} height={height} alt={title} /></div>
    </Modal>
  );
}
