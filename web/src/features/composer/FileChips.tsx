/** The files of a message that is being written: how far each is, what is wrong with it, and how to get rid of it. */
import { api } from "../../api/client";
import type { Upload } from "../../state/model";
import { bytes, sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";

export interface Chip {
  upload: Upload;
  /** What keeps it from being sent. */
  wrong: string | null;
  /** Whether another try could end better. */
  again: boolean;
}

export interface FileChipsProps { chips: Chip[]; onRemove: (key: string) => void; onAgain: (key: string) => void }

export function FileChips({ chips, onRemove, onAgain }: FileChipsProps) {
  if (chips.length === 0) return null;
  return (
    <ul className="file-chips" aria-label="Files">
      {chips.map(({ upload, wrong, again }) => (
        <li key={upload.key} className={wrong ? "file-chip bad" : "file-chip"} aria-busy={upload.state === "uploading"} data-state={wrong ? "failed" : upload.state}>
          <Picture upload={upload} />
          <span className="file-words">
            <bdi className="file-name cut" title={upload.name}>{upload.name}</bdi>
            {wrong
              ? <span className="file-wrong" role="alert">{sentence(wrong)}</span>
              : <span className="hint num">{bytes(upload.size)}{upload.state === "uploading" ? `, ${Math.floor(upload.progress * 100)}%` : ""}</span>}
          </span>
          {again ? <button className="btn tool small" type="button" aria-label={`Try ${upload.name} again`} title="Try again" onClick={() => onAgain(upload.key)}><Icon name="refresh" /></button> : null}
          <button className="btn tool small" type="button" aria-label={`Remove ${upload.name}`} title="Remove" onClick={() => onRemove(upload.key)}><Icon name="x" /></button>
          {upload.state === "uploading" ? <progress className="sr" max={1} value={upload.progress} aria-label={`Uploading ${upload.name}`} /> : null}
          {upload.state === "uploading" ? <Bar part={upload.progress} /> : null}
        </li>
      ))}
    </ul>
  );
}

function Picture({ upload }: { upload: Upload }) {
  const { attachment } = upload;
  if (attachment?.kind === "image") return <img className="file-picture" src={api.attachmentOf(attachment.id)} alt="" />;
  return <Icon name="file" className="icon-s" />;
}

/** Through the style's own object: the policy forbids a style that is written into the page. */
function Bar({ part }: { part: number }) {
  return <span className="file-bar" aria-hidden="true"><i ref={(bar) => void (bar && (bar.style.width = `${part * 100}%`))} /></span>;
}
