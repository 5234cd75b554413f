/**
 * One connection to `GET /api/events` that comes back by itself. Owns the cursor, the back-off and the watch for a
 * silent line; never looks into an event. `fetch` rather than EventSource, because that one hides heartbeats and statuses.
 */
import { SseParser } from "./sse";
import type { Frame, Pos } from "./types";

export type LinkState =
  | { is: "connecting" }
  | { is: "live" }
  | { is: "offline"; retryAt: number }
  | { is: "signed_out" };

export interface StreamEvents {
  /** Where to resume; undefined asks for the stream from now on. */
  after: () => Pos | undefined;
  onFrame: (frame: Frame) => void;
  onState: (state: LinkState) => void;
}

/** The server beats every 15 s; three missed beats mean that the line is dead although nobody said so. */
const SILENCE_MS = 45_000;
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];

/** Runs until `signal` aborts or the person is signed out. */
export async function runStream(events: StreamEvents, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    events.onState({ is: "connecting" });
    const end = await connect(events, signal, () => {
      failures = 0;
      events.onState({ is: "live" });
    });
    if (signal.aborted) return;
    if (end === "signed_out") {
      events.onState({ is: "signed_out" });
      return;
    }
    const wait = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] ?? 15_000;
    failures += 1;
    events.onState({ is: "offline", retryAt: Date.now() + wait });
    await pause(wait, signal);
  }
}

async function connect(events: StreamEvents, signal: AbortSignal, live: () => void): Promise<"ended" | "signed_out"> {
  const cut = new AbortController();
  const stop = () => cut.abort();
  signal.addEventListener("abort", stop, { once: true });
  // A line that goes down says nothing for three beats; connecting again tells at once how it is, also where it did not matter.
  globalThis.addEventListener?.("offline", stop, { once: true });
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(stop, SILENCE_MS);
  };
  try {
    heard();
    const after = events.after();
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (after) headers["last-event-id"] = after;
    const reply = await fetch("/api/events", { headers, credentials: "same-origin", cache: "no-store", signal: cut.signal });
    if (reply.status === 401) return "signed_out";
    if (!reply.ok || !reply.body) return "ended";
    live();
    const parser = new SseParser();
    const text = new TextDecoder();
    const reader = reply.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "ended";
      heard();
      for (const frame of parser.push(text.decode(value, { stream: true })).frames) events.onFrame(frame);
    }
  } catch {
    return "ended";
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
    globalThis.removeEventListener?.("offline", stop);
  }
}

/** Waits, but not past the moment the browser says that it is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.("online", done, { once: true });
    signal.addEventListener("abort", done, { once: true });
  });
}
