/** What the server found when it looked at itself, each finding with its fix. */
import { useCallback, useEffect, useState } from "react";
import { api } from "../../api/client";
import type { Check } from "../../api/types";
import { begun, commandIn, type LampKind } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { Lamp } from "../../ui/marks";
import { toast } from "../../ui/Toasts";
import { SheetHead } from "./SheetHead";

const lamps: Record<Check["status"], LampKind> = { ok: "ready", warn: "off", fail: "failed" };
const spoken: Record<Check["status"], string> = { ok: "Healthy", warn: "Could be better", fail: "Failed" };
const order: Check["status"][] = ["fail", "warn", "ok"];

export function Doctor() {
  const [checks, setChecks] = useState<Check[] | null>(null);
  const [looking, setLooking] = useState(false);
  const look = useCallback(() => {
    setLooking(true);
    api.doctor().then(({ checks: found }) => setChecks(found), toast).finally(() => setLooking(false));
  }, []);
  useEffect(look, [look]);
  const sorted = [...(checks ?? [])].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  return (
    <>
      <SheetHead title="Doctor" lead="What this server found when it looked at itself, with a fix for each finding.">
        <button className="btn" type="button" disabled={looking} onClick={look}><Icon name="refresh" />Look again</button>
      </SheetHead>
      {checks === null ? <p className="loading" role="status"><Lamp kind="running" />Looking</p> : (
        <ul className="card checks">
          {sorted.map((check) => <CheckRow key={check.code + check.title} check={check} />)}
        </ul>
      )}
    </>
  );
}

function CheckRow({ check }: { check: Check }) {
  const command = commandIn(check.fix);
  return (
    <li>
      <Lamp kind={lamps[check.status]} label={spoken[check.status]} />
      <div className="lines">
        <div><span className="strong">{check.title}</span> <span className="id">{check.code}</span></div>
        <div className="mid found-out"><Hint text={begun(check.detail)} /></div>
        {check.fix ? <div className="mid fix"><Hint text={begun(check.fix)} /></div> : null}
      </div>
      {command ? <Command text={command} /> : null}
    </li>
  );
}
