/** What a thread's choice means for those who are asked in it: the group, the model, and what may be chosen. */
import { useMemo } from "react";
import type { Assistant, Id, Model, ModelGroup, ThreadSettings } from "../../api/types";
import { whyNotOwn } from "../../state/controls";
import { beginsOpen, type Place } from "../../state/model";
import { chosenGroup, groupsOf, modelIn, settingsOf } from "../../state/models";
import { useView } from "../../state/react";

export interface HowAsk {
  place: Place;
  /** Those whom the message would ask. */
  asked: Assistant[];
  /** The one who answers every message here. */
  direct: Id | null;
}

export interface How {
  settings: ThreadSettings;
  /** Every group that can be chosen from. */
  all: ModelGroup[];
  /** The one that the choice is about; undefined where nobody with models is asked. */
  group: ModelGroup | undefined;
  model: Model | undefined;
  /** Why nobody may have full access here; null where it may be given. */
  shared: string | null;
  /** Why turns cannot work in the own home of whoever looks; null where they may. */
  notOwn: string | null;
}

const none: ModelGroup[] = [];

export function useHow({ place, asked }: HowAsk): How {
  const all = useView((state) => state.models ?? none);
  const threads = useView((state) => state.threads);
  const beginning = useView((state) => state.beginning);
  const me = useView((state) => state.session?.person);
  const thread = place === "new" ? undefined : threads[place];
  return useMemo(() => {
    const settings = settingsOf(threads, beginning, place);
    const group = chosenGroup(groupsOf(all, asked), settings);
    const others = place === "new" ? beginsOpen(beginning) : thread !== undefined && (thread.visibility === "open" || (thread.members?.length ?? 1) > 1);
    const shared = others ? "others can write here" : null;
    const owner = asked.find((one) => one.id === group?.assistant_id)?.owner.id;
    return { settings, all, group, model: group ? modelIn(group, settings) : undefined, shared, notOwn: whyNotOwn(owner, me, shared) };
  }, [all, threads, beginning, place, asked, thread, me]);
}
