/** The row under the field: attach, whom and how, stop, send. The last button says what Enter does now. */
import type { ReactNode, RefObject } from "react";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { keyName } from "../../ui/keyname";

export interface ToolsProps {
  does: "Send" | "Queue" | "Save";
  /** The hidden field that opens the browser's own list of files. */
  picker: RefObject<HTMLInputElement | null>;
  onFiles: (files: File[]) => void;
  /** Why no file may come along; null where some may. */
  noFiles: string | null;
  onSend: () => void;
  sendable: boolean;
  offline: boolean;
  /** Whether something stands in the field that could also go at once. */
  couldGo: boolean;
  /** Whether going at once means into the answer that runs. */
  steers: boolean;
  stop: (() => void) | null;
  /** Whom a stop would stop, by handle. */
  running: string[];
  /** How full things are. */
  meters?: ReactNode;
  children?: ReactNode;
}

const titles = (steers: boolean) => ({ Save: "Save (Enter)", Queue: `Queue (Enter). ${steers ? "Steer the running answer" : "Send now"}: ${keyName("⌘Enter")}`, Send: `Send (Enter). New line: ${keyName("⇧Enter")}` });

export function Tools({ does, picker, onFiles, noFiles, onSend, sendable, offline, couldGo, steers, stop, running, meters, children }: ToolsProps) {
  return (
    <div className="tools">
      <button className="btn tool" type="button" aria-label={noFiles ? `Attach files: ${noFiles}` : "Attach files"} title={noFiles ? sentence(noFiles) : "Attach files"} disabled={does === "Save" || noFiles !== null} onClick={() => picker.current?.click()}><Icon name="clip" /></button>
      <input ref={picker} type="file" multiple hidden aria-label="Files to attach" onChange={(event) => {
        onFiles([...event.target.files ?? []]);
        event.target.value = "";
      }} />
      {children ? <><span className="sep wide-only" />{children}</> : null}
      <span className="grow" />
      {offline ? <span className="hint cut">Not connected, your draft is kept</span> : couldGo ? <span className="hint wide-only">{keyName("⌘Enter")} {steers ? "steers the running answer" : "sends it now"}</span> : null}
      {meters}
      {stop ? <button className="btn tool" type="button" aria-label={`Stop ${running.map((one) => `@${one}`).join(" and ")}`} title={`Stop (${keyName("⌘.")})`} onClick={stop}><Icon name="stop" /></button> : null}
      <button className="btn primary tool send" type="button" aria-label={does} title={offline ? "Not connected" : titles(steers)[does]} disabled={!sendable || offline} onClick={onSend}>
        <Icon name={does === "Save" ? "check" : "send"} />
      </button>
    </div>
  );
}
