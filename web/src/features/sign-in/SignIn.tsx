/** The way in: takes the secret from the link, and says how to get a new link where there is none or it no longer counts. */
import { type FormEvent, useEffect, useState } from "react";
import { Problem } from "../../api/client";
import { useDesk } from "../../state/react";
import { sentence } from "../../state/words";
import { Command } from "../../ui/Copy";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Lamp, Mark } from "../../ui/marks";
import { secretIn } from "./link";

type Step = { is: "asking" } | { is: "working" } | { is: "refused"; problem: Problem };

export function SignIn({ secret: ofAddress }: { secret: string | null }) {
  const desk = useDesk();
  // An object of its own for every try, so that the same link can be tried again.
  const [pasted, setPasted] = useState<{ secret: string } | null>(null);
  const secret = pasted?.secret ?? ofAddress;
  const [step, setStep] = useState<Step>({ is: secret ? "working" : "asking" });

  useEffect(() => {
    if (!secret) return;
    setStep({ is: "working" });
    // The secret counts once and does not belong into the history, whatever comes of it.
    history.replaceState(null, "", "/sign-in");
    // Where to go then is the app's to say: somebody who is in has no use for this page.
    desk.signIn(secret).catch((error: unknown) => setStep({ is: "refused", problem: error instanceof Problem ? error : new Problem(0, "unknown", String(error)) }));
  }, [desk, secret, pasted]);

  return (
    <main className="gate">
      <div className="gate-brand"><Mark /><b>Switchboard</b></div>
      {step.is === "working" ? <p className="gate-work" role="status"><Lamp kind="running" />Signing in</p> : null}
      {step.is === "refused" ? <Refused problem={step.problem} /> : null}
      {step.is === "asking" ? (
        <>
          <h1>Sign in with a link</h1>
          <p className="lead">Open the link you were given in this browser, or paste it here. It counts once.</p>
        </>
      ) : null}
      {step.is === "working" ? null : (
        <>
          <PasteLink onSecret={(given) => setPasted({ secret: given })} />
          <div className="gate-help">
            <p className="hint">No link? An admin of this workspace makes one under Settings, People and roles. On the server’s own machine this does:</p>
            <Command text="switchboard people link" />
          </div>
        </>
      )}
    </main>
  );
}

/** For a link that cannot be opened here as it is, such as one that was printed with another name of the server. */
function PasteLink({ onSecret }: { onSecret: (secret: string) => void }) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const take = (event: FormEvent) => {
    event.preventDefault();
    const secret = secretIn(typed);
    if (secret) onSecret(secret);
    else setWrong("That is no sign-in link. It ends with # and the secret.");
  };
  return (
    <form className="gate-form" onSubmit={take}>
      <Field label="Sign-in link" value={typed} wrong={wrong} autoComplete="off" spellCheck={false} autoCapitalize="none"
        onChange={(event) => {
          setTyped(event.target.value);
          setWrong(null);
        }} />
      <button className="btn primary" type="submit" disabled={!typed.trim()}>Sign in</button>
    </form>
  );
}

function Refused({ problem }: { problem: Problem }) {
  const expired = problem.code === "link_expired";
  return (
    <div className="end-card failed" role="alert">
      <Icon name="alert" />
      <h1>{expired ? "This link no longer counts" : "This link did not work"} <span className="id">{problem.code}</span></h1>
      <p>{expired ? "It was used before, or its time is over. Whoever gave it to you can make another one." : sentence(problem.message)}</p>
    </div>
  );
}
