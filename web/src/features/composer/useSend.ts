/**
 * What happens with what was written: it is posted, queued, saved or obeyed. Owns that nothing is lost on the way: what is not
 * taken is in the field again, with the reason beside it.
 */
import { useEffect, useState } from "react";
import { Problem } from "../../api/client";
import type { Assistant, Attachment, Id } from "../../api/types";
import { drafts } from "../../state/local";
import type { Place } from "../../state/model";
import { useDesk, useView } from "../../state/react";
import { problemFrom } from "../../ui/load";
import { type Command, commandIn } from "./commands";
import type { Edits } from "./useEditing";
import type { Files } from "./useFiles";
import { outlookOf } from "./useOutlook";
import type { Ways } from "./ways";

/** What a person wrote and is about to send. */
export interface Words { text: string; attachments: Attachment[] }

export interface SendAsk {
  thread: Id | null;
  text: string;
  /** Whom the words would ask. */
  asked: Assistant[];
  setText: (change: string | ((now: string) => string)) => void;
  edits: Edits;
  files: Files;
  commands: Command[];
  /** What Enter does with it, and the other key. */
  ways: Ways;
  /** One's own answer that runs and takes words meanwhile. */
  steered: Id | null;
  /** Sends the first words of a thread that does not exist yet; false when they were not taken. */
  onSend: ((words: Words) => Promise<boolean>) | undefined;
  /** The field is free again. */
  onFree: () => void;
}

export interface Sending {
  send: (how: keyof Ways) => Promise<void>;
  busy: boolean;
  offline: boolean;
  problem: Problem | null;
  setProblem: (problem: Problem | null) => void;
}

export function useSend({ thread, text, asked, setText, edits, files, commands, ways, steered, onSend, onFree }: SendAsk): Sending {
  const desk = useDesk();
  const place: Place = thread ?? "new";
  const offline = useView((state) => state.link.is === "offline");
  const [busy, setBusy] = useState(false);
  const live = useView((state) => state.link.is === "live");
  const [problem, setProblem] = useState<Problem | null>(null);
  // Not while it is only tried again.
  useEffect(() => {
    if (live) setProblem((now) => (now?.code === "offline" ? null : now));
  }, [live]);

  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    await work().catch((error: unknown) => setProblem(problemFrom(error)));
    setBusy(false);
    onFree();
  };
  const giveBack = (said: string, attachments: Attachment[]) => {
    setText((now) => (now ? `${said}\n${now}` : said));
    for (const attachment of attachments) {
      const { id: key, name, size } = attachment;
      desk.store.apply({ type: "upload", place, upload: { key, name, size, state: "done", progress: 1, attachment, reason: null } });
    }
  };
  const begin = async (said: string, attachments: Attachment[]) => {
    try {
      if (onSend && !await onSend({ text: said, attachments })) giveBack(said, attachments);
    } catch (error) {
      giveBack(said, attachments);
      throw error;
    }
  };
  const save = async (said: string) => {
    const { editing } = edits;
    const kept = editing?.is === "queued" ? editing.queued.attachments : editing?.message.attachments ?? [];
    if (said || kept.length) await run(() => edits.save(said));
  };

  const send = async (how: keyof Ways) => {
    const said = text.trim();
    if (busy) return;
    if (edits.editing) return save(said);
    const obeyed = commandIn(said, commands);
    if (obeyed) {
      setText("");
      obeyed.command.act(obeyed.rest);
      return;
    }
    if (!said && files.chips.length === 0) return;
    if (files.block) return setProblem(new Problem(0, "", files.block));
    if (offline) return setProblem(new Problem(0, "offline", "not connected", "what you wrote is kept here and can be sent when the connection is back"));
    if (outlookOf(desk.store.get(), place, asked).none) {
      // Somebody may have mended it since this page heard; what is still so is said.
      setBusy(true);
      await desk.models.load();
      setBusy(false);
      if (outlookOf(desk.store.get(), place, asked).none) return setProblem(new Problem(0, "no_model", "not sent: nobody could answer it", "choose another model below"));
    }

    const way = ways[how];
    const attachments = desk.uploads.take(place);
    desk.signs.stopped();
    // What was typed on meanwhile stays.
    setText((now) => (now.startsWith(text) ? now.slice(text.length) : ""));
    setProblem(null);
    if (!thread) {
      // Until the thread is there the words stay where a reload finds them.
      drafts.set(place, said);
      await run(() => begin(said, attachments));
    } else if (way === "queue") void desk.outbox.add("queue", thread, said, attachments);
    else if (way === "steer" && steered && attachments.length === 0) {
      await run(() => desk.steer(steered, said).catch((error: unknown) => {
        giveBack(said, attachments);
        throw error;
      }));
    }
    // The echo says itself how it went, here as there.
    else void desk.post(thread, said, attachments);
  };
  return { send, busy, offline, problem, setProblem };
}
