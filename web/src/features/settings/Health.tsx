/** How the server is: what fails first, each with its code and a fix; then all that was looked at, by what it belongs to; the settings. */
import { useCallback, useEffect, useState } from "react";
import { type Finding, house, type Setting } from "../../api/house";
import { useNow, useView } from "../../state/react";
import { ago, begun, commandIn, type LampKind } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/load";
import { Lamp } from "../../ui/marks";
import { SheetHead } from "../../ui/SheetHead";
import { Trouble } from "../../ui/Trouble";
import { lastReport, reported, wantsLook } from "./findings";

const lamps: Record<Finding["state"], LampKind> = { ok: "ready", warning: "off", failed: "failed", off: "off" };
const spoken: Record<Finding["state"], string> = { ok: "Healthy", warning: "Worth a look", failed: "Fails", off: "Off" };
const groups: [Finding["group"], string][] = [
  ["assistants", "Assistants"], ["server", "Server"], ["storage", "Storage"], ["people", "People"], ["turns", "Turns"],
];
const rank = (finding: Finding) => (finding.state === "failed" ? 0 : 1);

export function Health() {
  const me = useView((state) => state.session?.person.id);
  const [report, setReport] = useState(() => lastReport(me));
  const { run, busy, problem } = useAction();
  const look = useCallback(() => run(async () => {
    const found = await house.health();
    if (me) reported(me, found);
    setReport(found);
  }), [run, me]);
  useEffect(() => void look(), [look]);
  const now = useNow(report !== null);
  const checks = report?.checks ?? [];
  const troubles = checks.filter(wantsLook).sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <SheetHead title="Health" lead="What this server found when it looked at itself, with a fix for each finding.">
        {report && !busy ? <span className="hint num">{ago(report.checked_at, now)}</span> : null}
        <button className="btn" type="button" disabled={busy} onClick={() => void look()}>
          {busy ? <><Lamp kind="running" />Looking</> : <><Icon name="refresh" />Look again</>}
        </button>
      </SheetHead>
      <Trouble problem={problem} />
      {report === null && busy
        ? <p className="loading" role="status"><Lamp kind="running" />Looking at programs, sign-ins and the database. This takes some seconds.</p>
        : <p className="sr" role="status">{busy ? "Looking" : report ? told(checks) : ""}</p>}
      {report ? (
        <div className={busy ? "checked is-old" : "checked"}>
          {troubles.length ? (
            <section aria-label="To look at"><ul className="card checks">{troubles.map((one) => <Row key={keyOf(one)} finding={one} />)}</ul></section>
          ) : <p className="card all-well"><Icon name="done" />Everything that is switched on works.</p>}
          {groups.map(([group, name]) => <Rest key={group} name={name} checks={checks.filter((one) => one.group === group && !wantsLook(one))} />)}
          <Settings settings={report.settings} />
        </div>
      ) : null}
    </>
  );
}

const keyOf = (finding: Finding) => `${finding.code} ${finding.title} ${finding.assistant}`;

const told = (checks: Finding[]) => {
  const of = (state: Finding["state"]) => checks.filter((check) => check.state === state).length;
  return `${of("failed")} fail, ${of("warning")} worth a look, ${of("ok")} healthy`;
};

function Rest({ name, checks }: { name: string; checks: Finding[] }) {
  if (checks.length === 0) return null;
  return (
    <section aria-label={name}>
      <div className="h-row"><h2>{name}</h2></div>
      <ul className="card checks">{checks.map((one) => <Row key={keyOf(one)} finding={one} />)}</ul>
    </section>
  );
}

function Row({ finding }: { finding: Finding }) {
  const command = commandIn(finding.fix);
  const state = finding.state;
  return (
    <li>
      <Lamp kind={lamps[state]} label={spoken[state]} />
      <div className="lines">
        <div><span className={state === "off" ? "mid" : "strong"}>{finding.title}</span>{wantsLook(finding) ? <> <span className={state === "failed" ? "tag bad" : "tag"}>{spoken[state]}</span></> : null} <span className="id">{finding.code}</span></div>
        <Said text={finding.said} />
        {finding.fix && wantsLook(finding) ? <div className="fix"><Hint text={begun(finding.fix)} /></div> : null}
        {finding.outcome && state === "failed" ? <div className="hint">Answers fail with <span className="id">{finding.outcome}</span> until then.</div> : null}
      </div>
      {command && wantsLook(finding) ? <Command text={command} /> : null}
    </li>
  );
}

/** More than a few lines are a list, which unfolds. */
function Said({ text }: { text: string }) {
  const lines = text.trim().split("\n");
  if (lines.length <= 3) return <div className="mid found-out"><Hint text={begun(text)} /></div>;
  return (
    <details className="step">
      <summary><Icon name="right" className="turnkey" />{lines.length} lines</summary>
      <div className="mid found-out"><Hint text={text.trim()} /></div>
    </details>
  );
}

/** What is as it comes is folded away; what somebody set, and where, is not. */
function Settings({ settings }: { settings: Setting[] }) {
  const [whole, setWhole] = useState(false);
  if (settings.length === 0) return null;
  const set = settings.filter((one) => one.origin !== "default");
  const shown = whole ? settings : set;
  return (
    <section aria-label="Settings of the server">
      <div className="h-row">
        <h2>Settings of the server</h2><span className="hint">Each with where its value comes from.</span><span className="grow" />
        {set.length < settings.length
          ? <button className="btn small quiet" type="button" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? "Only what is set" : `All ${settings.length}`}</button>
          : null}
      </div>
      {shown.length === 0 ? <p className="card blank">Everything is as it comes.</p> : (
        <div className="card listed">
          <table className="table stack configured">
            <thead><tr><th>Setting</th><th>Value</th><th>From</th></tr></thead>
            <tbody>
              {shown.map((one) => (
                <tr key={one.name}><td className="mono wraps">{one.name}</td><td className="mono wraps">{one.value ?? <span className="dim">not set</span>}</td><td className="mid wraps">{one.origin}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
