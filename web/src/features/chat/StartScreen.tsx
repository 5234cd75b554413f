/** Where a new thread begins: whom it is for, who can see it, and the first words. Before any thread exists, the first run. */
import { type ReactNode, useRef } from "react";
import type { Assistant, Id } from "../../api/types";
import { drafts } from "../../state/local";
import { noBeginning } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { inWords } from "../../state/words";
import { Icon } from "../../ui/Icon";
import { Jacks } from "../../ui/marks";
import { Menu } from "../../ui/Menu";
import { chatPath, go } from "../../ui/route";
import { toast } from "../../ui/Toasts";
import { LinkLine } from "./LinkLine";
import type { DrawComposer, Words } from "./slots";
import { DrawerButton } from "./ThreadBar";

export interface StartScreenProps {
  mention: string | null;
  /** The assistants as the assistants' own feature draws them; `ask` starts a message to one. */
  drawFound: (ask: (handle: string) => void) => ReactNode;
  drawComposer: DrawComposer;
}

export function StartScreen({ mention, drawFound, drawComposer }: StartScreenProps) {
  const desk = useDesk();
  const session = useView((state) => state.session);
  const list = useView((state) => state.list);
  const firstRun = useView((state) => state.list !== null && Object.keys(state.threads).length === 0);
  const byId = useView((state) => state.assistants);
  const assistants = assistantRows({ assistants: byId });
  const ready = assistants.some((assistant) => assistant.usable && assistant.state === "ready");
  const beginning = useView((state) => state.beginning);
  const { direct, open = false } = beginning;
  const setDirect = (next: Id | null) => desk.begin({ ...beginning, direct: next });
  const setOpen = (next: boolean) => desk.begin({ ...beginning, open: next });
  const tried = useRef({ as: "", client_id: "" });
  const picked = direct ? byId[direct] : undefined;

  // Only a beginning that can still be changed, added to what is there.
  const ask = (handle: string) => desk.prefill("new", `@${handle} what is 2+2?`);
  const send = async ({ text, attachments }: Words) => {
    // The same thread is opened once, however often its answer is lost on the way.
    const as = JSON.stringify([direct, open, beginning.settings]);
    if (tried.current.as !== as) tried.current = { as, client_id: crypto.randomUUID() };
    try {
      const thread = await desk.createThread({
        visibility: open && !direct ? "open" : "private", client_id: tried.current.client_id, ...(direct ? { assistant: direct } : {}), settings: beginning.settings,
      });
      tried.current = { as: "", client_id: "" };
      drafts.set("new", "");
      desk.begin(noBeginning);
      void desk.post(thread.id, text, attachments);
      go(chatPath(thread.id));
      return true;
    } catch (error) {
      toast(error);
      return false;
    }
  };

  const name = session?.person.name.split(" ")[0] ?? "";
  return (
    <>
      <header className="bar start-bar"><DrawerButton /><b className="cut">New thread</b><span className="grow" /><LinkLine /></header>
      <div className="scroll">
        {list === null ? null : (
          <div className="first">
            {firstRun ? <Jacks /> : null}
            <h1>{firstRun
              ? `You are in, ${name}. ${ready ? "Ask an assistant to start." : "Connect an assistant to start."}`
              : "Who should answer?"}
            </h1>
            <p className="lead">{firstRun
              ? "Switchboard uses accounts you already pay for, through the vendors’ own programs. This is what was found on this machine."
              : "Mention an assistant anywhere in a message, or pick one below the message for a thread it answers alone."}
            </p>
            {drawFound(ask)}
          </div>
        )}
      </div>
      <div className="dock">
        <div className="col">
          {drawComposer({
            thread: null, prefill: mention ? `@${mention} ` : null, onSend: send,
            placeholder: picked ? `Message @${picked.handle}` : "Message, @ asks an assistant",
            tools: (
              <>
                <WhoChip assistants={assistants} picked={picked} onPick={setDirect} />
                {picked ? null : <SeenChip open={open} onPick={setOpen} />}
              </>
            ),
          })}
        </div>
      </div>
    </>
  );
}

function WhoChip({ assistants, picked, onPick }: { assistants: Assistant[]; picked: Assistant | undefined; onPick: (id: Id | null) => void }) {
  return (
    <Menu label={`Who answers: ${picked ? `Direct with @${picked.handle}` : "When mentioned"}`} buttonClass="chip" side="above" align="start"
      button={<>{picked ? `Direct with @${picked.handle}` : "When mentioned"}<Icon name="down" className="caret" /></>}
      items={[
        { label: "Whoever is mentioned", checked: !picked, act: () => onPick(null) },
        ...assistants.map((one) => ({
          label: `@${one.handle} answers every message`, note: one.state === "ready" ? "" : inWords[one.state],
          checked: picked?.id === one.id, disabled: !one.usable, act: () => onPick(one.id),
        })),
      ]} />
  );
}

function SeenChip({ open, onPick }: { open: boolean; onPick: (open: boolean) => void }) {
  return (
    <Menu label={`Who sees it: ${open ? "Open to everyone" : "Private"}`} buttonClass="chip" side="above" align="start"
      button={<><Icon name={open ? "people" : "lock"} /><span className="wide-only">{open ? "Open to everyone" : "Private"}<Icon name="down" className="caret" /></span></>}
      items={[
        { label: "Private", note: "only you, until you open it", checked: !open, act: () => onPick(false) },
        { label: "Open to everyone", note: "in this workspace", checked: open, act: () => onPick(true) },
      ]} />
  );
}
