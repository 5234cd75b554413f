/** The row under the field: attach, whom and how, stop, send. The last button says what Enter does now. */
import type { ReactNode, RefObject } from "react";
import { sentence } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { keyName } from "../../ui/keyname";
import type { Way } from "./ways";

export interface ToolsProps {
  /** What Enter does, and so the last button. */
  does: Way | "save";
  /** What Enter does together with the command key. */
  other: Way | "save";
  /** The hidden field that opens the browser's own list of files. */
  picker: RefObject<HTMLInputElement | null>;
  onFiles: (files: File[]) => void;
  /** Why no file may come along; null where some may. */
  noFiles: string | null;
  onSend: () => void;
  sendable: boolean;
  offline: boolean;
  /** Whether something stands in the field. */
  written: boolean;
  stop: (() => void) | null;
  /** Whom a stop would stop, by handle. */
  running: string[];
  /** How full things are. */
  meters?: ReactNode;
  children?: ReactNode;
}

const names = { post: "Send", queue: "Queue", steer: "Steer", save: "Save" };
const instead = { post: "Send now", queue: "Queue instead", steer: "Steer instead", save: "" };
const hints = { post: "sends it now", queue: "queues it", steer: "steers the running answer", save: "" };

function titleOf(does: ToolsProps["does"], other: ToolsProps["other"]): string {
  const said = `${names[does]} (Enter)`;
  if (does === "save") return said;
  return does === other ? `${said}. New line: ${keyName("⇧Enter")}` : `${said}. ${instead[other]}: ${keyName("⌘Enter")}`;
}

export function Tools({ does, other, picker, onFiles, noFiles, onSend, sendable, offline, written, stop, running, meters, children }: ToolsProps) {
  return (
    <div className="tools">
      <button className="btn tool" type="button" aria-label={noFiles ? `Attach files: ${noFiles}` : "Attach files"} title={noFiles ? sentence(noFiles) : "Attach files"} disabled={does === "save" || noFiles !== null} onClick={() => picker.current?.click()}><Icon name="clip" /></button>
      <input ref={picker} type="file" multiple hidden aria-label="Files to attach" onChange={(event) => {
        onFiles([...event.target.files ?? []]);
        event.target.value = "";
      }} />
      {children ? <><span className="sep wide-only" />{children}</> : null}
      <span className="grow" />
      {offline ? <span className="hint cut">Not connected, your draft is kept</span> : written && does !== other ? <span className="hint wide-only">{keyName("⌘Enter")} {hints[other]}</span> : null}
      {meters}
      {stop ? <button className="btn tool narrow-only" type="button" aria-label={`Stop ${running.map((one) => `@${one}`).join(" and ")}`} title={`Stop (${keyName("⌘.")})`} onClick={stop}><Icon name="stop" /></button> : null}
      <button className="btn primary tool send" type="button" aria-label={names[does]} title={offline ? "Not connected" : titleOf(does, other)} disabled={!sendable || offline} onClick={onSend}>
        <Icon name={does === "save" ? "check" : "send"} />
      </button>
    </div>
  );
}
