/** Signing in to one MCP server: the link to its page, waiting for it, and how it ended. */
import { tools } from "../../api/tools";
import type { Id, McpServer } from "../../api/types";
import { loginEnd, signingIn } from "../../state/login";
import { Copy } from "../../ui/Copy";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/Icon";
import { Paste, Progress } from "../../ui/SignInSteps";

export interface SignInProps { assistant: Id; server: McpServer; run: (work: () => Promise<McpServer>) => Promise<boolean>; busy: boolean }

export function SignIn({ assistant, server, run, busy }: SignInProps) {
  const { name, login } = server;
  if (login && signingIn(login)) {
    const host = hostOf(login.url);
    return (
      <div className="sign-in" role="group" aria-label={`Signing in to ${name}`}>
        {login.url && host ? (
          <>
            <p>The server names <b className="mono">{host}</b> as the place to sign in. Go on only if you know it.</p>
            <p><a className="btn primary" href={login.url} target="_blank" rel="noreferrer noopener"><Icon name="ext" />Open the sign-in page</a></p>
            <span className="link-copy"><Copy text={login.url} label="Copy the link" word="Copy the link" /></span>
            {login.same_machine ? <p className="hint">When you are done there, this page goes on by itself.</p> : <Paste placeholder="http://127.0.0.1:…/callback/…" busy={busy} onPaste={(url) => run(() => tools.paste(assistant, name, url))} />}
          </>
        ) : <p className="hint">The server is asked where one signs in to it.</p>}
        <Progress login={login} busy={busy} onCancel={() => void run(() => tools.cancelSignIn(assistant, name))} />
      </div>
    );
  }
  const end = login ? loginEnd(login) : null;
  return (
    <>
      {end ? <p className={login?.state === "cancelled" ? "hint" : "error-line"} role="status"><span><Hint text={end.said} />{end.hint ? <> <Hint text={end.hint} /></> : null}</span></p> : null}
      <div className="do"><button className="btn primary small" type="button" disabled={busy} onClick={() => void run(() => tools.signIn(assistant, name))}><Icon name="key" />{busy ? "Starting" : end ? "Try again" : "Sign in"}</button></div>
    </>
  );
}

/** Only of a plain address on the web. */
function hostOf(url: string | null): string | null {
  if (!url || !URL.canParse(url)) return null;
  const { protocol, host, username } = new URL(url);
  return (protocol === "https:" || protocol === "http:") && !username ? host : null;
}
