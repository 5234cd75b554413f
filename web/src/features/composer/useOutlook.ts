/** Whether those who are asked can answer with what is chosen, told before the words go. The server decides. */
import { useMemo } from "react";
import type { Assistant, ModelGroup } from "../../api/types";
import type { Place, State } from "../../state/model";
import { whyNot } from "../../state/controls";
import { chosenGroup, dropped, groupsOf, type Later, modelIn, settingsOf, whyLater, whyNone } from "../../state/models";
import { useView } from "../../state/react";
import type { Reader } from "./files";

export interface Outlook {
  /** Why nobody could answer; null when they can. */
  none: string | null;
  /** Who answers only once somebody has signed in; null when nobody has to wait for that. */
  later: Later | null;
  /** Why no file may come along, whatever it is; null where some may. */
  noFiles: string | null;
  /** What was chosen and is not to be had, with what happens instead. */
  notes: string[];
}

type Known = Pick<State, "models" | "threads" | "beginning">;
const empty: ModelGroup[] = [];

export function outlookOf({ models, threads, beginning }: Known, place: Place, asked: Pick<Assistant, "id">[]): Outlook {
  const settings = settingsOf(threads, beginning, place);
  const groups = groupsOf(models ?? empty, asked);
  const group = chosenGroup(groups, settings);
  const model = group ? modelIn(group, settings) : undefined;
  return { none: whyNone(groups, settings), later: whyLater(groups), noFiles: whyNoFiles(groups), notes: model ? dropped(model, settings) : [] };
}

const whyNoFiles = (groups: ModelGroup[]) => groups.map((group) => whyNot("files", group)).find((why) => why !== null) ?? null;

/** Those who are asked, each with the model that would read the files. */
export function readersOf({ models, threads, beginning }: Known, place: Place, asked: Assistant[]): Reader[] {
  const settings = settingsOf(threads, beginning, place);
  return asked.map((one): Reader => {
    const [group] = groupsOf(models ?? empty, [one]);
    const model = group ? modelIn(group, settings) : undefined;
    return model ? { ...one, model } : one;
  });
}

function useKnown(): Known {
  const models = useView((state) => state.models);
  const threads = useView((state) => state.threads);
  const beginning = useView((state) => state.beginning);
  return useMemo(() => ({ models, threads, beginning }), [models, threads, beginning]);
}

export function useOutlook(place: Place, asked: Assistant[]): Outlook {
  const known = useKnown();
  return useMemo(() => outlookOf(known, place, asked), [known, place, asked]);
}

export function useReaders(place: Place, asked: Assistant[]): Reader[] {
  const known = useKnown();
  return useMemo(() => readersOf(known, place, asked), [known, place, asked]);
}
