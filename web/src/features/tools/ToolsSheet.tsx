/** Settings, Tools: the MCP servers that the caller gives an assistant. Owns the copy of them. */
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { tools } from "../../api/tools";
import type { Assistant, McpServer } from "../../api/types";
import { signingIn } from "../../state/login";
import { useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { Choice } from "../../ui/Choice";
import { Icon } from "../../ui/Icon";
import { useLoad } from "../../ui/load";
import { SheetHead } from "../../ui/SheetHead";
import { Shown } from "../../ui/Trouble";
import { ServerCard } from "./ServerCard";
import { ServerForm } from "./ServerForm";
import "./tools.css";

/** How often an open sign-in is looked at. */
const POLL_MS = 1500;

export function ToolsSheet() {
  const all = assistantRows({ assistants: useView((state) => state.assistants) });
  const able = all.filter((one) => one.capabilities.includes("tools"));
  const [picked, setPicked] = useState<string | null>(null);
  const assistant = able.find((one) => one.id === picked) ?? able[0];
  if (!assistant) {
    return (
      <>
        <SheetHead title="Tools" lead="MCP servers give an assistant tools of yours." />
        <p className="card blank">No assistant here takes MCP servers. Models tells of each way to reach one what it can do.</p>
      </>
    );
  }
  return (
    <ToolsOf key={assistant.id} assistant={assistant}>
      {able.length > 1 ? <div className="filters"><Choice label="Whose tools" value={assistant.id} options={able.map((one) => [one.id, `@${one.handle}`])} onPick={setPicked} /></div> : null}
    </ToolsOf>
  );
}

function ToolsOf({ assistant, children }: { assistant: Assistant; children: ReactNode }) {
  const { id, handle } = assistant;
  const admin = useView((state) => state.session?.person.role === "admin");
  const source = useLoad(useCallback(() => tools.all(id).then(({ items }) => items), [id]));
  const { set } = source;
  const [adding, setAdding] = useState(false);
  const put = (one: McpServer) => set((rows) => rows.map((row) => (row.name === one.name ? one : row)));
  const waits = source.loaded.is === "here" && source.loaded.value.some((one) => signingIn(one.login));
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => {
      void tools.all(id).then(({ items }) => set(() => items), () => {
        // The next look may reach it; the card shows what is known.
      });
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [waits, id, set]);
  return (
    <>
      <SheetHead title="Tools" lead={`MCP servers that you give @${handle}. They come with your own messages, where nobody else writes.`}>
        <button className="btn" type="button" aria-expanded={adding} onClick={() => setAdding(!adding)}><Icon name="plus" />Add</button>
      </SheetHead>
      {children}
      {adding ? <ServerForm admin={admin} onClose={() => setAdding(false)} onSave={async (name, transport) => {
        const added = await tools.add(id, name, transport);
        set((rows) => [...rows, added]);
        setAdding(false);
      }} /> : null}
      <Shown source={source}>
        {(rows) => (
          <>
            {rows.length === 0 && !adding ? (
              <div className="card blank">
                <p>@{handle} has no tools of yours yet. An MCP server lets it look into your notes, tickets or a database, and do something there: each call that may change something is a card that you accept or decline.</p>
              </div>
            ) : null}
            {rows.map((row) => <ServerCard key={row.name} assistant={id} server={row} admin={admin} onChanged={put} onRemoved={() => set((now) => now.filter((one) => one.name !== row.name))} />)}
          </>
        )}
      </Shown>
    </>
  );
}
