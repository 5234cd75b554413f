/** The files of a message: pictures as thumbnails that have their place before they are loaded, everything else as a row. */
import { useState } from "react";
import { api } from "../../api/client";
import type { Attachment } from "../../api/types";
import { bytes } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Viewer } from "../../ui/Viewer";

const WIDEST = 320;
const HIGHEST = 220;

interface Sized extends Attachment { width: number; height: number }
const isPicture = (file: Attachment): file is Sized => file.kind === "image" && file.width !== null && file.height !== null && file.width > 0 && file.height > 0;

export function Attachments({ files }: { files: Attachment[] }) {
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return (
    <>
      {pictures.length ? <div className="pictures">{pictures.map((file) => <Picture key={file.id} file={file} />)}</div> : null}
      {others.length ? <ul className="file-rows">{others.map((file) => <li key={file.id}><FileRow file={file} /></li>)}</ul> : null}
    </>
  );
}

function Picture({ file }: { file: Sized }) {
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  const src = api.attachmentOf(file.id);
  if (broken) return <FileRow file={file} />;
  const scale = Math.min(1, WIDEST / file.width, HIGHEST / file.height);
  return (
    <>
      <button className="picture" type="button" aria-label={`Open ${file.name}`} title={`${file.name}, ${bytes(file.size)}`} onClick={() => setLarge(true)}>
        <img src={src} alt={file.name} width={Math.max(1, Math.round(file.width * scale))} height={Math.max(1, Math.round(file.height * scale))}
          loading="lazy" decoding="async" draggable={false} onError={() => setBroken(true)} />
      </button>
      {large ? <Viewer title={file.name} src={src} width={file.width} height={file.height} onClose={() => setLarge(false)} actions={<Download file={file} />} /> : null}
    </>
  );
}

function Download({ file }: { file: Attachment }) {
  return <a className="btn tool small" href={api.attachmentOf(file.id)} download={file.name} aria-label={`Download ${file.name}`} title="Download"><Icon name="download" /></a>;
}

function FileRow({ file }: { file: Attachment }) {
  return <span className="file"><Icon name="file" className="icon-s" /><bdi className="cut">{file.name}</bdi><span className="dim num">{bytes(file.size)}</span><Download file={file} /></span>;
}
