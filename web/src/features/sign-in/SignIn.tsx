/** The way in: takes the secret from the link, and says how to get a new link where there is none or it no longer counts. */
import { useEffect, useState } from "react";
import { Problem } from "../../api/client";
import { returnTo } from "../../state/local";
import { useDesk } from "../../state/react";
import { sentence } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Icon } from "../../ui/Icon";
import { Lamp, Mark } from "../../ui/marks";
import { chatPath, go } from "../../ui/route";

type Step = { is: "asking" } | { is: "working" } | { is: "refused"; problem: Problem };

export function SignIn({ secret }: { secret: string | null }) {
  const desk = useDesk();
  const [step, setStep] = useState<Step>({ is: secret ? "working" : "asking" });

  useEffect(() => {
    if (!secret) return;
    setStep({ is: "working" });
    // The secret counts once and does not belong into the history, whatever comes of it.
    history.replaceState(null, "", "/sign-in");
    desk.signIn(secret).then(
      () => go(returnTo.take() ?? chatPath(null), "replace"),
      (error: unknown) => setStep({ is: "refused", problem: error instanceof Problem ? error : new Problem(0, "unknown", String(error)) }),
    );
  }, [desk, secret]);

  return (
    <main className="gate">
      <div className="gate-brand"><Mark /><b>Switchboard</b></div>
      {step.is === "working" ? <p className="gate-work" role="status"><Lamp kind="running" />Signing in</p> : null}
      {step.is === "refused" ? <Refused problem={step.problem} /> : null}
      {step.is === "asking" ? (
        <>
          <h1>Sign in with a link</h1>
          <p className="lead">The server printed a sign-in link when it started. Open it in this browser. It counts once, for ten minutes.</p>
        </>
      ) : null}
      {step.is === "working" ? null : (
        <div className="gate-help">
          <p className="hint">For a fresh link, run this on the server:</p>
          <Command text="switchboard people link" />
        </div>
      )}
    </main>
  );
}

function Refused({ problem }: { problem: Problem }) {
  const expired = problem.code === "link_expired";
  return (
    <div className="end-card failed" role="alert">
      <Icon name="alert" />
      <h1>{expired ? "This link no longer counts" : "This link did not work"} <span className="id">{problem.code}</span></h1>
      <p>{expired ? "It was used before, or it is older than ten minutes." : sentence(problem.message)}</p>
    </div>
  );
}
