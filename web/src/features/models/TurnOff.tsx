/** Asks before something is turned off that threads hang on, and names some of them. Owns the question; what is turned off is the caller's. */
import { useState } from "react";
import { backends } from "../../api/backends";
import type { ThreadsBehind } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { chatPath, Link } from "../../ui/route";

/** The threads that have an assistant of one of these. */
async function threadsBehind(ids: string[]): Promise<ThreadsBehind> {
  const all = await Promise.all(ids.map((id) => backends.threads(id)));
  return { count: all.reduce((sum, one) => sum + one.count, 0), items: all.flatMap((one) => one.items) };
}

export interface TurningOff {
  /** Asks if threads hang on it, and else turns it off at once. */
  begin: () => Promise<void>;
  behind: ThreadsBehind | null;
  close: () => void;
}

export function useTurningOff(ids: string[], turnOff: () => Promise<unknown>): TurningOff {
  const [behind, setBehind] = useState<ThreadsBehind | null>(null);
  return {
    behind,
    begin: async () => {
      const found = await threadsBehind(ids);
      if (found.count === 0) await turnOff();
      else setBehind(found);
    },
    close: () => setBehind(null),
  };
}

export function TurnOff({ name, behind, onSure, onClose }: { name: string; behind: ThreadsBehind; onSure: () => void; onClose: () => void }) {
  const more = behind.count - behind.items.length;
  return (
    <Dialog title={`Turn ${name} off?`} onClose={onClose} footer={(
      <>
        <button className="btn" type="button" onClick={onSure}>Turn off</button>
        <button className="btn quiet" type="button" autoFocus onClick={onClose}>Leave it on</button>
      </>
    )}>
      <p>{behind.count} {behind.count === 1 ? "thread has" : "threads have"} an assistant of it, which stays there and answers no more until this is on again:</p>
      <ul className="behind">
        {behind.items.map((thread) => <li key={thread.id}><Link to={chatPath(thread.id)} onClick={onClose}><bdi className="wraps">{thread.title || "New thread"}</bdi></Link></li>)}
        {more > 0 ? <li className="dim">{behind.items.length ? `${more} more` : more === 1 ? "one that you are not in" : `${more} that you are not in`}</li> : null}
      </ul>
      <p>Nothing is deleted, and nobody is signed out.</p>
    </Dialog>
  );
}
