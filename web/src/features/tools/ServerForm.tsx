/** Adding an MCP server, or changing how one is reached. Secrets are never typed here: only names of variables are. */
import { type FormEvent, useState } from "react";
import type { McpServer, McpTransport } from "../../api/types";
import { Choice } from "../../ui/Choice";
import { Field } from "../../ui/Field";
import { useAction } from "../../ui/load";
import { Trouble } from "../../ui/Trouble";
import { lineOf, namesOf, wordsOf } from "./command";

type Kind = McpTransport["type"];

export interface FormProps {
  admin: boolean;
  /** The one that is changed. */
  server?: McpServer;
  onClose: () => void;
  onSave: (name: string, transport: McpTransport) => Promise<void>;
}

export function ServerForm({ admin, server, onClose, onSave }: FormProps) {
  const was = server?.transport;
  const stdio = was?.type === "stdio" ? was : null;
  const http = was?.type === "http" ? was : null;
  const [kind, setKind] = useState<Kind>(was?.type ?? "http");
  const [name, setName] = useState(server?.name ?? "");
  const [url, setUrl] = useState(http?.url ?? "");
  const [bearer, setBearer] = useState(http?.bearer_variable ?? "");
  const [line, setLine] = useState(stdio ? lineOf([stdio.command, ...(stdio.args ?? [])]) : "");
  const [folder, setFolder] = useState(stdio?.folder ?? "");
  const [variables, setVariables] = useState((stdio?.variables ?? []).join(", "));
  const [wrong, setWrong] = useState<string | null>(null);
  const action = useAction();
  const made = (): McpTransport | null => {
    if (kind === "http") return { type: "http", url: url.trim(), bearer_variable: bearer.trim() || null };
    const [command, ...args] = wordsOf(line) ?? [];
    return command ? { type: "stdio", command, args, folder: folder.trim() || null, variables: namesOf(variables) } : null;
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const transport = made();
    if (!transport) return setWrong(wordsOf(line) ? "Give the command that starts the server." : "A quote is not closed.");
    void action.run(() => onSave(name.trim(), transport));
  };
  const filled = (server || name.trim()) && (kind === "http" ? url.trim() : line.trim());
  return (
    <form className={server ? "form in-card" : "card form asked"} aria-label={server ? `Change ${server.name}` : "Add a tool server"} onSubmit={save} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      {admin
        ? <div className="role"><span className="mid">Reached</span><Choice<Kind> label="How it is reached" value={kind} options={[["http", "At an address"], ["stdio", "As a command"]]} onPick={setKind} disabled={action.busy} /></div>
        : <p className="hint">You can add servers with a public https address. An admin adds commands, and addresses inside the house.</p>}
      {server ? null : <Field label="Name" autoFocus required maxLength={24} value={name} placeholder="notes" spellCheck={false} autoCapitalize="none" hint="Small letters, digits and hyphens. It stands on cards and beside calls." onChange={(event) => setName(event.target.value)} />}
      {kind === "http" ? (
        <>
          <Field label="Address" required maxLength={2048} value={url} type="url" inputMode="url" placeholder="https://example.com/mcp" autoComplete="off" spellCheck={false} hint="If it wants you to sign in, you do that here afterwards." onChange={(event) => setUrl(event.target.value)} />
          {admin ? <Field label="Variable with a bearer token" value={bearer} placeholder="None" maxLength={128} autoComplete="off" spellCheck={false} hint="The name of a variable in the environment of the Switchboard server. The token itself is not kept." onChange={(event) => setBearer(event.target.value)} /> : null}
        </>
      ) : (
        <>
          <Field label="Command" required value={line} wrong={wrong} placeholder="npx -y @modelcontextprotocol/server-filesystem /srv/docs" autoComplete="off" spellCheck={false} hint="It runs as the server’s user, without a shell. Everybody on the machine can see its arguments: no secrets here." onChange={(event) => {
            setLine(event.target.value);
            setWrong(null);
          }} />
          <div className="pair">
            <Field label="Folder" value={folder} placeholder="Where the turn works" maxLength={2048} autoComplete="off" spellCheck={false} onChange={(event) => setFolder(event.target.value)} />
            <Field label="Variables" value={variables} placeholder="NOTES_TOKEN" autoComplete="off" spellCheck={false} hint="Names only, from the server’s environment." onChange={(event) => setVariables(event.target.value)} />
          </div>
        </>
      )}
      {server ? <p className="hint">What was seen of it is forgotten, and a sign-in has to be made anew.</p> : null}
      <Trouble problem={action.problem} />
      <div className="do">
        <button className="btn primary" type="submit" disabled={!filled || action.busy}>{server ? "Save" : "Add"}</button>
        <button className="btn quiet" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
