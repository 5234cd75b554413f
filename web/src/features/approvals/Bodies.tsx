/** What each kind of question shows before it is decided. Everything exact is exact; nothing of it is read as Markdown. */
import { Fragment, type ReactNode, useId, useImperativeHandle, useState } from "react";
import { Icon } from "../../ui/Icon";
import { Patch } from "../../ui/Patch";
import { type Ask, type Body, hostOf } from "./body";
import { Exact } from "./Exact";
import { exactText } from "./exact";
import type { InsideRef } from "./handle";
import { QuestionForm } from "./QuestionForm";
import { SchemaForm } from "./SchemaForm";

export interface BodyViewProps {
  body: Body;
  inside: InsideRef;
  /** Whether it still waits for who looks at it; else it is only shown. */
  live: boolean;
  offered: string[];
}

type Facts = [name: string, value: ReactNode][];

export function BodyView({ body, inside, live, offered }: BodyViewProps) {
  switch (body.is) {
    case "command": return (
      <>
        {body.command ? <Code label="Command" prompt="$ " text={body.command} /> : null}
        <FactList facts={[
          ["Where", body.cwd ? <Path text={body.cwd} /> : null],
          ["Why", body.reason ? <Quote text={body.reason} /> : null],
          ["Network", body.network ? <><Path text={body.network.host} />{body.network.protocol ? <> by <Exact text={body.network.protocol} /></> : null}</> : null],
          ["Also", body.permissions ? <Json value={body.permissions} /> : null],
          ["Memory", offered.includes("accept_with_amendment") && body.amendment.length
            ? <>“Accept and remember” keeps a rule in your own home: what begins with {body.amendment.map((word, at) => <Fragment key={at}>{at ? " " : null}<Path text={word} /></Fragment>)} runs unasked and outside the sandbox from now on</>
            : null],
          ["Host", offered.includes("accept_with_network_amendment") && body.network
            ? <>“Accept and remember host” lets commands reach <Path text={body.network.host} /> unasked from now on</>
            : null],
          ["Sandbox", body.command && live ? "An accepted command may run outside the sandbox: Codex does not say whether it will" : null],
        ]} />
      </>
    );
    case "file_change": return (
      <>
        {body.changes.map((change, at) => (
          <Patch key={at} path={exactText(change.path)} change={exactText(change.change)} diff={change.diff ? exactText(change.diff) : null} source={change.diff ?? null} whole />
        ))}
        <FactList facts={[
          ["Why", body.reason ? <Quote text={body.reason} /> : null],
          ["Folder", body.grantRoot ? <>Everything below <Path text={body.grantRoot} /> may be written until this session ends</> : null],
        ]} />
      </>
    );
    case "permissions": return (
      <>
        {live ? <Grants asks={body.asks} inside={inside} /> : (
          <ul className="asks">{body.asks.map((ask) => <li key={ask.id}><Exact text={ask.what} />{ask.path ? <> <Path text={ask.path} /></> : null}</li>)}</ul>
        )}
        <FactList facts={[["Why", body.reason ? <Quote text={body.reason} /> : null], ["Where", body.cwd ? <Path text={body.cwd} /> : null]]} />
      </>
    );
    case "question": return live ? <QuestionForm questions={body.questions} inside={inside} /> : (
      <ul className="asks">{body.questions.map((one) => <li key={one.id}><Exact text={one.question || one.header} /></li>)}</ul>
    );
    case "form": return (
      <>
        {body.message ? <p className="asked-words"><Exact text={body.message} /></p> : null}
        {live ? <SchemaForm schema={body.schema} inside={inside} /> : null}
        <FactList facts={[["Server", body.server ? <Path text={body.server} /> : null]]} />
      </>
    );
    case "link": return <LinkBody body={body} live={live} />;
    case "tool": return (
      <>
        {body.message ? <p className="asked-words"><Exact text={body.message} /></p> : null}
        {body.arguments === null ? null : <Code label="Arguments" text={JSON.stringify(body.arguments, null, 2)} />}
        <FactList facts={[
          ["Tool", <>{body.title && body.title !== body.tool ? <><Exact text={body.title} /> </> : null}<Path text={body.tool} /></>],
          ["Server", body.server ? <Path text={body.server} /> : null],
          ["Does", body.description ? <Exact text={body.description} /> : null],
        ]} />
      </>
    );
    case "other": return (
      <>
        <Code label="What is asked" text={JSON.stringify(body.raw, null, 2) ?? ""} />
        {body.broken && live ? <p className="hint">It does not say what it is about, so it cannot be accepted.</p> : null}
      </>
    );
  }
}

function Code({ label, text, prompt }: { label: string; text: string; prompt?: string }) {
  return <div className="code"><pre tabIndex={0} aria-label={label}>{prompt ? <span className="p" aria-hidden="true">{prompt}</span> : null}<Exact text={text} code /></pre></div>;
}

const Path = ({ text }: { text: string }) => <span className="mono"><Exact text={text} code /></span>;
const Quote = ({ text }: { text: string }) => <>“<Exact text={text} />”</>;
const Json = ({ value }: { value: unknown }) => <span className="mono"><Exact text={JSON.stringify(value)} code /></span>;

function FactList({ facts }: { facts: Facts }) {
  const known = facts.filter(([, value]) => value !== null);
  if (known.length === 0) return null;
  return <dl className="facts">{known.map(([name, value]) => <Fragment key={name}><dt>{name}</dt><dd>{value}</dd></Fragment>)}</dl>;
}

/** What is asked for is checked; less may be given. */
function Grants({ asks, inside }: { asks: Ask[]; inside: InsideRef }) {
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [wrong, setWrong] = useState(false);
  const id = useId();
  useImperativeHandle(inside, () => ({
    collect: () => {
      const granted = asks.filter((ask) => !off.has(ask.id)).map((ask) => ask.id);
      setWrong(granted.length === 0);
      return granted.length ? { ok: true, content: { granted } } : { ok: false };
    },
  }), [asks, off]);
  return (
    <fieldset className="q" aria-describedby={wrong ? id : undefined}>
      <legend className="sr">What to allow</legend>
      {asks.map((ask) => (
        <label key={ask.id} className="opt">
          <input type="checkbox" checked={!off.has(ask.id)} onChange={(event) => {
            const next = new Set(off);
            if (event.target.checked) next.delete(ask.id);
            else next.add(ask.id);
            setOff(next);
            setWrong(false);
          }} />
          <span><Exact text={ask.what} />{ask.path ? <span className="hint"><Path text={ask.path} /></span> : null}</span>
        </label>
      ))}
      {wrong ? <p id={id} className="error-line" role="alert">Choose at least one, or decline</p> : null}
    </fieldset>
  );
}

/** Opened by the person's own click only, and never on a site other than the one that is named. */
function LinkBody({ body, live }: { body: Extract<Body, { is: "link" }>; live: boolean }) {
  const host = hostOf(body.url);
  return (
    <>
      {body.message ? <p className="asked-words"><Exact text={body.message} /></p> : null}
      <Code label="Address" text={body.url} />
      <FactList facts={[["Host", host ? <b className="mono">{host}</b> : null], ["Server", body.server ? <Path text={body.server} /> : null]]} />
      {host && live ? (
        <a className="btn open-link" href={body.url} target="_blank" rel="noopener noreferrer"><Icon name="ext" />Open {host}<span className="sr"> in a new tab</span></a>
      ) : null}
      {host ? null : <p className="hint">Not opened from here: only plain https addresses are.</p>}
    </>
  );
}
