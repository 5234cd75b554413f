/**
 * The event stream shared by all tabs of one browser: HTTP/1.1 allows six connections per origin, and eight tabs are not
 * unusual. One tab holds the lock and the connection, and tells the others what it hears. Owns who leads and the cursor
 * every tab keeps, so that the next leader resumes where this tab stopped hearing; never looks into an event.
 */
import { type LinkState, runStream } from "./stream";
import type { Frame, Pos } from "./types";

type Note =
  | { say: "frame"; frame: Frame }
  | { say: "state"; state: LinkState }
  | { say: "who" };

export interface Shared {
  onFrame: (frame: Frame) => void;
  onState: (state: LinkState, role: "leader" | "follower") => void;
}

export interface SharedStream {
  /** Where the snapshot was taken that the stream continues. A later position heard on the stream wins. */
  startAt: (pos: Pos | undefined) => void;
  stop: () => void;
}

/**
 * Names what a frame is about if a tab that joins later has to hear the last one; null for all others. Those that leave go
 * with a new connection, which says them again.
 */
export type Lasting = (frame: Frame) => string | null;

/** `workspace` keeps two servers on one host and port (a demo, then the real one) from talking to each other's tabs. */
export function openShared(shared: Shared, workspace: string, lasting: Lasting = () => null): SharedStream {
  const name = `switchboard.events.${workspace}`;
  const end = new AbortController();
  const channel = new BroadcastChannel(name);
  let cursor: Pos | undefined;
  let leading = false;
  let last: LinkState = { is: "connecting" };
  const kept = new Map<string, Frame>();
  let started: (() => void) | undefined;
  const snapshot = new Promise<void>((resolve) => {
    started = resolve;
  });

  const hear = (frame: Frame) => {
    if (frame.id) cursor = frame.id;
    // Caught up: everything to here was said, or was not for this person.
    else if (frame.event === "ready") cursor = readyPos(frame) ?? cursor;
    shared.onFrame(frame);
  };

  channel.onmessage = ({ data }: MessageEvent<Note>) => {
    if (data.say === "who") {
      if (!leading) return;
      channel.postMessage({ say: "state", state: last } satisfies Note);
      for (const frame of kept.values()) channel.postMessage({ say: "frame", frame } satisfies Note);
    } else if (!leading) {
      if (data.say === "frame") hear(data.frame);
      else shared.onState(data.state, "follower");
    }
  };
  channel.postMessage({ say: "who" } satisfies Note);

  const lead = async () => {
    await snapshot;
    if (end.signal.aborted) return;
    leading = true;
    await runStream({
      after: () => cursor,
      onFrame: (frame) => {
        const about = lasting(frame);
        if (about !== null) kept.set(about, frame);
        else if (frame.event === "ready") kept.clear();
        channel.postMessage({ say: "frame", frame } satisfies Note);
        hear(frame);
      },
      onState: (state) => {
        last = state;
        channel.postMessage({ say: "state", state } satisfies Note);
        shared.onState(state, "leader");
      },
    }, end.signal);
  };

  // Locks need a secure context. Without them every tab connects for itself: right, if not thrifty.
  if (navigator.locks) {
    void navigator.locks.request(name, { signal: end.signal }, lead).catch(() => {});
  } else {
    void lead();
  }

  return {
    startAt: (pos) => {
      cursor ??= pos;
      started?.();
    },
    stop: () => {
      end.abort();
      channel.close();
      started?.();
    },
  };
}

function readyPos(frame: Frame): Pos | undefined {
  try {
    const { pos } = JSON.parse(frame.data) as { pos?: Pos };
    return pos;
  } catch {
    return undefined;
  }
}
