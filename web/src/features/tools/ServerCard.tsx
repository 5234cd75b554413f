/** One MCP server: how it is reached, how it was when it was last used, and its tools. What a server says of itself is shown as text. */
import { useEffect, useRef, useState } from "react";
import { tools } from "../../api/tools";
import type { Id, McpServer, McpState, McpTool } from "../../api/types";
import { signingIn } from "../../state/login";
import { past } from "../../state/moments";
import { useNow } from "../../state/react";
import { type LampKind, sentence } from "../../state/words";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Lamp } from "../../ui/marks";
import { Menu } from "../../ui/Menu";
import { Switch } from "../../ui/Switch";
import { Trouble } from "../../ui/Trouble";
import { lineOf } from "./command";
import { ServerForm } from "./ServerForm";
import { SignIn } from "./SignIn";

const words: Record<McpState, string> = { unknown: "Not tested", ready: "Works", failed: "Does not work", needs_sign_in: "Wants you to sign in" };
const lamps: Record<McpState, LampKind> = { unknown: "off", ready: "ready", failed: "failed", needs_sign_in: "needs" };

export interface CardProps { assistant: Id; server: McpServer; admin: boolean; onChanged: (server: McpServer) => void; onRemoved: () => void }

export function ServerCard({ assistant, server, admin, onChanged, onRemoved }: CardProps) {
  const { name, transport, enabled, state, barred } = server;
  const now = useNow(true, 60_000);
  const action = useAction();
  const [testing, setTesting] = useState(false);
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const run = (work: () => Promise<McpServer>) => action.run(async () => onChanged(await work()));
  const test = async () => {
    setTesting(true);
    await run(() => tools.test(assistant, name));
    setTesting(false);
  };
  const waits = signingIn(server.login);
  const waited = useRef(waits);
  // Who has just signed in wants to know whether it works now.
  useEffect(() => {
    if (waited.current && server.login?.state === "done") void test();
    waited.current = waits;
  });
  const signsIn = transport.type === "http" && !transport.bearer_variable && enabled && !barred && (state === "needs_sign_in" || waits);
  const mayEdit = admin || (transport.type === "http" && !transport.bearer_variable);
  return (
    <section className="card tool-server" aria-label={name} aria-busy={action.busy || undefined}>
      <div className="top">
        <div className="grow lines">
          <h2><span className="mono">{name}</span><Lamp kind={enabled && !barred ? lamps[state] : "off"} /><span className={`tag${state === "failed" && enabled && !barred ? " bad" : ""}`}>{enabled ? barred ? "Not used" : words[state] : "Off"}</span></h2>
          <div className="sub mono">{transport.type === "http" ? transport.url : lineOf([transport.command, ...(transport.args ?? [])])}</div>
        </div>
        <Switch label={`Use ${name}`} on={enabled} disabled={action.busy} onTurn={(on) => void run(() => tools.change(assistant, name, { enabled: on }))} />
        <Menu label={`More about ${name}`} button={<Icon name="dots" />} buttonClass="btn tool" side="below" align="end" items={[
          ...(mayEdit ? [{ label: "Change", icon: "pencil" as const, act: () => setOpen("edit") }] : []),
          { label: "Remove", icon: "x" as const, act: () => setOpen("remove") },
        ]} />
      </div>
      <div className="more">
        <Facts server={server} />
        {barred && enabled ? <p className="error-line" role="status"><Icon name="alert" className="icon-s" /><span className="wraps">{sentence(barred)} An admin can set it anew.</span></p> : null}
        {server.message && enabled && !barred ? <p className="error-line" role="status"><Icon name="alert" className="icon-s" /><span className="wraps">{sentence(server.message)}</span></p> : null}
        <Trouble problem={action.problem} />
        {signsIn ? <SignIn assistant={assistant} server={server} run={run} busy={action.busy} /> : null}
        {server.tools?.length ? <ToolList all={server.tools} /> : null}
        <div className="do">
          <button className="btn small" type="button" disabled={action.busy || barred !== null} onClick={() => void test()}><Icon name="done" />{testing ? "Testing" : "Test"}</button>
          <span className="hint" role="status">{testing ? "It is started or reached, and asked for its tools. No model is." : server.seen_at ? `Last seen ${past(server.seen_at, now)}` : ""}</span>
        </div>
      </div>
      {open === "edit" ? <ServerForm admin={admin} server={server} onClose={() => setOpen(null)} onSave={async (_, changed) => {
        onChanged(await tools.change(assistant, name, { transport: changed }));
        setOpen(null);
      }} /> : null}
      {open === "remove" ? <Remove server={server} onClose={() => setOpen(null)} onRemove={async () => {
        await tools.remove(assistant, name);
        onRemoved();
      }} /> : null}
    </section>
  );
}

/** What it is given besides, by name. */
function Facts({ server: { transport } }: { server: McpServer }) {
  const given = transport.type === "http" ? [transport.bearer_variable].filter(Boolean) : transport.variables ?? [];
  const folder = transport.type === "stdio" ? transport.folder : null;
  if (given.length === 0 && !folder) return null;
  return (
    <p className="hint wraps">
      {folder ? <>Runs in <span className="mono">{folder}</span>. </> : null}
      {given.length ? <>Gets <span className="mono">{given.join(", ")}</span> from the server’s environment.</> : null}
    </p>
  );
}

function ToolList({ all }: { all: McpTool[] }) {
  return (
    <details className="found-tools">
      <summary><Icon name="right" className="turnkey" />{all.length} {all.length === 1 ? "tool" : "tools"}</summary>
      <ul>
        {all.map((tool) => (
          <li key={tool.name}>
            <div><span className="mono">{tool.name}</span>{tool.reads_only ? <span className="tag" title="Its server says that it changes nothing">Runs unasked</span> : null}</div>
            {tool.description ? <p className="hint">{tool.description}</p> : null}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Remove({ server, onClose, onRemove }: { server: McpServer; onClose: () => void; onRemove: () => Promise<void> }) {
  const action = useAction();
  return (
    <Dialog title={`Remove “${server.name}”?`} onClose={onClose} footer={(
      <>
        <button className="btn" type="button" disabled={action.busy} onClick={() => void action.run(onRemove).then((went) => went && onClose())}>Remove</button>
        <button className="btn quiet" type="button" onClick={onClose}>Keep it</button>
      </>
    )}>
      <p>Turns that run now keep it to their end. Added again, it has to be set up and signed in to anew.</p>
      <Trouble problem={action.problem} />
    </Dialog>
  );
}
