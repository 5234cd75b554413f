/** One assistant in settings: how it is, what to do about it, and for its owner and admins what can be set. */
import { useState } from "react";
import { type AssistantPatch, type Credentials, house } from "../../api/house";
import type { Assistant } from "../../api/types";
import { asking } from "../../state/change";
import { useDesk, useView } from "../../state/react";
import { assistantLamp, capital, commandIn, inWords, sentence } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Face, Lamp } from "../../ui/marks";
import { Menu } from "../../ui/Menu";
import { SignInButton } from "../../ui/SignInButton";
import { Switch } from "../../ui/Switch";
import { Trouble } from "../../ui/Trouble";
import { AccessSetting } from "./AccessSetting";
import { RemoveAssistant, RotateCredentials } from "./Credentials";
import { LimitsSetting } from "./LimitsSetting";
import { tagKind } from "./tags";

const opened: Record<Assistant["access"], string> = {
  owner: "only its owner may use it", named: "some people may use it", everyone: "everyone may use it",
};

export function AssistantCard({ assistant, onRotated }: { assistant: Assistant; onRotated: (credentials: Credentials) => void }) {
  const desk = useDesk();
  const me = useView((state) => state.session?.person);
  const [question, setQuestion] = useState<"rotate" | "remove" | null>(null);
  const action = useAction();
  const keeps = me?.role === "admin" || me?.id === assistant.owner.id;
  const change = (patch: AssistantPatch) => action.run(async () => {
    const asked = asking(desk.store.get(), `assistant:${assistant.id}`);
    desk.store.apply({ type: "assistant", asked, assistant: await house.changeAssistant(assistant.id, patch) });
  });
  const { state, name, handle, runs_on, owner, access, note, backend } = assistant;
  const facts = [runs_on ? `runs on ${runs_on}` : null, `owned by ${owner.id === me?.id ? "you" : owner.name}`, keeps ? null : opened[access]].filter(Boolean).join(", ");
  return (
    <section className="card assistant" aria-label={name}>
      <div className="top">
        <Face name={name} of="assistant" size="l" off={state !== "ready"} />
        <div className="grow lines">
          <h2>{name}<Lamp kind={assistantLamp(assistant)} /><span className={`tag${tagKind(assistant)}`}>{capital(inWords[state])}</span></h2>
          <div className="sub">@{handle}, {facts}. <span className="mono">{backend}</span></div>
        </div>
        {keeps ? (
          <>
            <Switch label={`Use ${name}`} on={assistant.enabled} disabled={action.busy} onTurn={(enabled) => void change({ enabled })} />
            <Menu label={`More about ${name}`} button={<Icon name="dots" />} buttonClass="btn tool" side="below" align="end" items={[
              { label: "New client secret", icon: "key", act: () => setQuestion("rotate") },
              { label: "Remove", icon: "x", act: () => setQuestion("remove") },
            ]} />
          </>
        ) : null}
      </div>
      <Wrong assistant={assistant} />
      <div className="more">
        <p className="hint">{note ? `${sentence(note)} ` : ""}{takes(assistant.accepts)}</p>
        <Trouble problem={action.problem} />
        {keeps ? (
          <>
            <AccessSetting assistant={assistant} busy={action.busy} onChange={change} />
            {assistant.limits ? <LimitsSetting limits={assistant.limits} name={name} busy={action.busy} onChange={change} /> : null}
            {assistant.client_id ? <div className="line-setting"><span className="mid">Client id</span><Command text={assistant.client_id} label="Copy client id" /></div> : null}
          </>
        ) : null}
      </div>
      {question === "rotate" ? <RotateCredentials assistant={assistant} onClose={() => setQuestion(null)} onRotated={onRotated} /> : null}
      {question === "remove" ? <RemoveAssistant assistant={assistant} onClose={() => setQuestion(null)} /> : null}
    </section>
  );
}

const kinds: Record<Assistant["accepts"][number], string> = { text: "text files", image: "images", pdf: "PDFs" };

/** Which files may come with a message to it: `Takes text files and images.` */
function takes(accepts: Assistant["accepts"]): string {
  const words = accepts.map((kind) => kinds[kind]);
  const last = words.pop();
  return last ? `Takes ${words.length ? `${words.join(", ")} and ${last}` : last}.` : "Takes no files.";
}

function Wrong({ assistant }: { assistant: Assistant }) {
  const { state, message, hint, code } = assistant;
  if (state === "ready" || !(message || hint)) return null;
  const command = commandIn(hint);
  return (
    <div className={state === "disabled" || state === "not_allowed" ? "note" : "note bad"}>
      <Icon name="alert" />
      <p>
        {message ? <><b><Hint text={sentence(message)} /></b> </> : null}
        {code ? <span className="id">{code}</span> : null}
        {hint ? <><br /><Hint text={sentence(hint)} /></> : null}
      </p>
      <SignInButton backend={assistant.backend} className="btn small" short instead={command ? <Command text={command} /> : null} />
    </div>
  );
}
