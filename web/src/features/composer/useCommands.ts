/** The commands that exist here and now. */
import { useMemo } from "react";
import type { Assistant, Id, Model } from "../../api/types";
import { type Control, whyNot } from "../../state/controls";
import { chosenGroup, effortNamed, effortWord, groupsOf, modelIn, modelNamed, settingsOf } from "../../state/models";
import { useDesk, useView } from "../../state/react";
import { chatPath, go, settingsPath } from "../../ui/route";
import { attempt, toast } from "../../ui/Toasts";
import { want } from "../../ui/wanted";
import type { Command } from "./commands";

export interface CommandsAsk {
  thread: Id | null;
  /** The one who answers every message here. */
  direct: Id | null;
  /** Those whom the message would ask; a command is no message, so this counts without it. */
  asked: Assistant[];
  stop: (() => void) | null;
  onAttach: () => void;
}

export function useCommands({ thread, direct, asked, stop, onAttach }: CommandsAsk): Command[] {
  const desk = useDesk();
  const stops = stop !== null;
  const models = useView((state) => state.models !== null && state.models.length > 0);
  const names = asked.map((one) => one.id).join(" ");
  return useMemo(() => {
    const place = thread ?? "new";
    /** Read when it is done: what was chosen a moment ago counts. */
    const now = () => {
      const { models: all, threads, beginning } = desk.store.get();
      const settings = settingsOf(threads, beginning, place);
      const group = chosenGroup(groupsOf(all ?? [], asked), settings) ?? all?.find((one) => one.backend === settings.backend);
      return { all: all ?? [], settings, group };
    };
    /** Says why whoever is asked does not have it. */
    const refused = (control: Control, chosen?: Model) => {
      const { group } = now();
      const why = group ? whyNot(control, group, chosen) : null;
      if (why) toast(new Error(why));
      return why !== null;
    };
    const model = (typed: string) => {
      if (!typed) return want("model");
      const { all, group } = now();
      const named = modelNamed(all, typed, group);
      if (!named) return toast(new Error(`no model is called “${typed}” here; /model lists them`));
      if (named.group.state !== "ready") return toast(new Error(`${named.group.title} cannot be used now: ${named.group.problem?.message ?? "see Settings, Models"}`));
      attempt(desk.chooseModel(place, direct, named.group, named.model));
    };
    const effort = (typed: string) => {
      const { settings, group } = now();
      const chosen = group ? modelIn(group, settings) : undefined;
      if (refused("effort", chosen)) return;
      if (!chosen) return toast(new Error("mention an assistant first, or pick a model with /model"));
      const level = effortNamed(chosen, typed);
      if (level) attempt(desk.choose(place, { effort: level }));
      else toast(new Error(`${chosen.name} has ${chosen.efforts.map((one) => effortWord(one.id, one.name).toLowerCase()).join(", ") || "no levels of effort"}`));
    };
    const plan = () => {
      const { settings } = now();
      if (!settings.plan && refused("plan")) return;
      attempt(desk.choose(place, { plan: !settings.plan }));
    };
    const compact = () => {
      if (!thread || refused("compact")) return;
      if (direct) void desk.post(thread, "/compact");
      else toast(new Error("only a direct thread has something to sum up: elsewhere each answer is told the last messages anew"));
    };
    const all: Command[] = [{ name: "attach", label: "Attach files", needs: null, act: onAttach }];
    if (stops) all.push({ name: "stop", label: "Stop what runs here", needs: null, act: () => stop?.() });
    if (models) {
      all.push(
        { name: "model", label: "Choose the model", needs: null, takes: "name", act: model },
        { name: "effort", label: "How hard it thinks", needs: "level", act: effort },
        { name: "plan", label: "Plan first, or work at once", needs: null, act: plan },
      );
    }
    all.push({ name: "login", label: "Sign in to a vendor: Settings, Models", needs: null, act: () => go(settingsPath("models")) });
    if (thread) {
      all.push({ name: "compact", label: "Sum up what was said so far", needs: null, act: compact });
      all.push(
        { name: "rename", label: "Rename this thread", needs: "title", act: (title) => attempt(desk.changeThread(thread, { title })) },
        { name: "archive", label: "Archive this thread", needs: null, act: () => attempt(desk.changeThread(thread, { archived: true })) },
        { name: "new", label: "New thread", needs: null, act: () => go(chatPath(null)) },
      );
    }
    all.push(
      { name: "settings", label: "Settings", needs: null, act: () => go(settingsPath("profile")) },
      { name: "help", label: "Keys and what they do", needs: null, act: () => want("help") },
    );
    return all;
    // The actions are new objects with every drawing; what they do only changes with what is here.
  }, [desk, thread, direct, names, models, stops]);
}
