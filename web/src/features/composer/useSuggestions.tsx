/** The list of mentions or commands for the word at the caret: what is in it, which one is selected, and the keys that move in it. */
import { type KeyboardEvent, useMemo, useState } from "react";
import type { Id } from "../../api/types";
import { useView } from "../../state/react";
import { assistantRows } from "../../state/view";
import { Face, Lamp } from "../../ui/marks";
import { type Command, commandAtCaret, commandsFor } from "./commands";
import { type Candidate, candidatesFor, wordAtCaret } from "./mentions";
import type { Option } from "./Suggestions";

/** What a pick does to the text: from `start` to the caret it is replaced; a command that needs nothing acts instead. */
export type Pick = { is: "write"; start: number; text: string } | { is: "act"; command: Command };

export interface Suggesting {
  label: string;
  at: number;
  options: Option[];
  selected: number;
  pick: (index: number) => Pick | null;
  /** What a key does here; null when it is not for the list. */
  onKey: (event: KeyboardEvent) => { pick: Pick | null } | null;
}

interface Found { kind: "mention" | "command"; at: number; options: Option[]; picks: (Pick | null)[] }

/** `active` while the field has the focus. */
export function useSuggestions(active: boolean, text: string, caret: number, thread: Id | null, commands: Command[]): Suggesting | null {
  const [chosen, setChosen] = useState({ word: "", index: 0 });
  const [closed, setClosed] = useState<string | null>(null);
  const assistants = useView((state) => state.assistants);
  const people = useView((state) => state.people);
  const turns = useView((state) => state.turns);
  const here = useView((state) => state.presence);
  const me = useView((state) => state.session?.person.id);

  const found = useMemo((): Found | null => {
    if (!active) return null;
    const slash = commandAtCaret(text, caret);
    if (slash !== null) return ofCommands(commandsFor(slash, commands));
    const word = wordAtCaret(text, caret);
    if (!word) return null;
    const candidates = candidatesFor(word.typed, {
      assistants: assistantRows({ assistants }), people: Object.values(people), turns: Object.values(turns), here, thread, me,
    });
    return ofCandidates(candidates, word.start);
  }, [active, text, caret, commands, assistants, people, turns, here, thread, me]);

  // A list that was closed stays closed for its word, however that word goes on.
  const place = found ? `${found.kind} ${found.at}` : null;
  if (closed !== null && closed !== place) setClosed(null);
  if (!found || found.options.length === 0 || closed === place) return null;

  const word = `${place} ${text.slice(found.at, caret)}`;
  const selected = chosen.word === word ? Math.min(chosen.index, found.options.length - 1) : 0;
  const select = (index: number) => setChosen({ word, index: (index + found.options.length) % found.options.length });
  return {
    label: found.kind === "mention" ? "Mention" : "Commands", at: found.at, options: found.options, selected,
    pick: (index) => found.picks[index] ?? null,
    onKey: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        select(selected + step);
        return { pick: null };
      }
      const takes = (event.key === "Enter" && !event.shiftKey && !event.metaKey && !event.ctrlKey) || (event.key === "Tab" && !event.shiftKey);
      if (!takes && event.key !== "Escape") return null;
      const pick = takes ? found.picks[selected] ?? null : null;
      // What cannot be picked does not keep the key: the next Enter sends what was typed by hand.
      if (!pick) setClosed(place);
      return { pick };
    },
  };
}

function ofCommands(all: Command[]): Found {
  return {
    kind: "command", at: 0,
    options: all.map((one) => ({
      key: one.name, group: "Commands", off: false, remedy: null,
      draw: <><span className="strong">/{one.name}</span>{one.needs ?? one.takes ? <span className="dim">{one.needs ?? one.takes}</span> : null}<span className="r">{one.label}</span></>,
    })),
    picks: all.map((command) => (command.needs ? { is: "write", start: 0, text: `/${command.name} ` } : { is: "act", command })),
  };
}

function ofCandidates(all: Candidate[], start: number): Found {
  return {
    kind: "mention", at: start,
    options: all.map((one) => ({
      key: one.key, group: one.kind === "assistant" ? "Assistants" : "People", off: one.unusable, remedy: one.remedy, draw: <CandidateLine one={one} />,
    })),
    picks: all.map((one) => (one.unusable ? null : { is: "write", start, text: `@${one.handle} ` })),
  };
}

function CandidateLine({ one }: { one: Candidate }) {
  const assistant = one.kind === "assistant";
  return (
    <>
      <Face name={one.name} of={assistant ? "assistant" : "person"} size="s" off={one.unusable} />
      <bdi className="strong cut">{assistant ? `@${one.handle}` : one.name}</bdi>
      <bdi className="dim cut">{assistant ? one.name : `@${one.handle}`}</bdi>
      {one.state ? <span className="r">{one.lamp === "none" ? null : <Lamp kind={one.lamp} />}{one.state}</span> : null}
    </>
  );
}
