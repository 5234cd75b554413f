/**
 * Whom a text asks, where it matters: the page guesses from the names in it, and before a file is called wrong for one of them,
 * or none of them able to answer, the server is asked, because it alone decides what a mention is.
 */
import { useEffect, useMemo, useState } from "react";
import { api } from "../../api/client";
import type { Assistant, Attachment, Id, Mention } from "../../api/types";
import { useView } from "../../state/react";
import { uploadsOf } from "../../state/writing";
import type { Place } from "../../state/model";
import { type Reader, unsupported } from "./files";
import { useOutlook, useReaders } from "./useOutlook";

/** Between two letters of somebody who types. */
const PAUSE_MS = 140;

/** Of those who seem to be asked, who is: mentioned by the server's word, or the one who answers every message. */
export const confirmed = (guess: Assistant[], direct: Id | null, mentions: Pick<Mention, "assistant_id">[]): Assistant[] =>
  guess.filter((one) => one.id === direct || mentions.some((mention) => mention.assistant_id === one.id));

/** Nothing that stands in the way of a file needs no confirmation. */
export const isInTheWay = (guess: Reader[], files: Pick<Attachment, "kind">[]): boolean => files.some((file) => unsupported(file, guess) !== null);

export function useAsked(place: Place, text: string, guess: Assistant[], direct: Id | null): Assistant[] {
  const uploads = useView((state) => uploadsOf(state, place));
  const [answer, setAnswer] = useState<{ text: string; mentions: Mention[] } | null>(null);
  const named = useMemo(() => guess.filter((one) => one.id !== direct), [guess, direct]);
  const readers = useReaders(place, named);
  const { none } = useOutlook(place, named);
  const doubtful = none !== null || isInTheWay(readers, uploads.flatMap((one) => one.attachment ?? []));
  useEffect(() => {
    if (!doubtful) return;
    let current = true;
    const timer = setTimeout(() => {
      api.mentions(text).then(({ items }) => current && setAnswer({ text, mentions: items }), () => {
        // Not told otherwise, the guess stands.
      });
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [doubtful, text]);
  return answer?.text === text ? confirmed(guess, direct, answer.mentions) : guess;
}
