/**
 * The models that can be chosen and what a thread's choice means. Owns when the backends are looked at by this page: at the
 * start, and when somebody is about to choose or to set something; else the stream tells.
 */
import { backends } from "../api/backends";
import { api, Problem } from "../api/client";
import type { Assistant, Backend, BackendState, Id, Limit, Millis, Model, ModelGroup, Permission, ThreadSettings, Turn, Usage } from "../api/types";
import { stateOf } from "./backends";
import { asking } from "./change";
import { wantsLogin } from "./login";
import type { Beginning, Place, State } from "./model";
import type { Store } from "./store";
import { sameDay, time } from "./words";

export class Models {
  #backends: State["backends"] = null;
  #asking: Promise<void> | null = null;

  constructor(readonly store: Store) {}

  /** What fails is asked for again with the next reason. */
  load(): Promise<void> {
    return this.look().catch(ignoreRefusal);
  }

  /** Looks at all of them; throws what the server refuses. */
  look(): Promise<void> {
    const since = this.store.get().seen;
    this.#asking ??= backends.all()
      .then(({ items }) => this.store.apply({ type: "backends", since, items }))
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  /** Does something about a backend; the answer says how it is then. */
  async act(id: Id, work: () => Promise<Backend>): Promise<void> {
    const asked = asking(this.store.get(), `backend:${id}`);
    this.store.apply({ type: "backend", asked, backend: await work() });
  }

  async switch(family: Backend["family"], on: boolean): Promise<void> {
    const since = this.store.get().seen;
    const { items } = await backends.switch({ [family]: on });
    this.store.apply({ type: "backends", since, items });
  }

  async loadFolders(): Promise<void> {
    await api.folders().then(({ items }) => this.store.apply({ type: "folders", folders: items })).catch(ignoreRefusal);
  }

  /** Throws what the server refuses. */
  async loadAssistants(): Promise<void> {
    const since = this.store.get().seen;
    this.store.apply({ type: "assistants", since, assistants: (await api.assistants()).items });
  }

  /** Something changed: who can be mentioned hangs on how the backends are. */
  heard() {
    const { session, backends: now } = this.store.get();
    const before = this.#backends;
    if (now === before) return;
    this.#backends = now;
    if (!session || before === null || stateOf(before) === stateOf(now)) return;
    void this.loadAssistants().catch(ignoreRefusal);
  }
}

function ignoreRefusal(error: unknown) {
  if (!(error instanceof Problem)) throw error;
}

export const usualSettings: ThreadSettings = {
  backend: null, model: null, effort: null, fast: false, permission: "read_only", folder: null, home: "house", plan: false, show_reasoning: true,
};

/** What holds in a place now. */
export const settingsOf = (threads: State["threads"], beginning: Beginning, place: Place): ThreadSettings =>
  place === "new" ? { ...usualSettings, ...beginning.settings } : threads[place]?.settings ?? usualSettings;

/** The groups of those who are asked, each once, in the order of the list. */
export const groupsOf = (groups: ModelGroup[], asked: Pick<Assistant, "id">[]): ModelGroup[] =>
  groups.filter((group) => asked.some((one) => one.id === group.assistant_id));

/** Of the groups that are asked, the one that the choice is about. */
export const chosenGroup = (groups: ModelGroup[], settings: Pick<ThreadSettings, "backend">): ModelGroup | undefined =>
  groups.find((group) => group.backend === settings.backend) ?? groups[0];

/**
 * The model that answers: what was chosen, else the group's default. Undefined when that is not there any more: the server
 * would ask for it all the same and be refused. What an admin hid is never taken by itself.
 */
export function modelIn(group: ModelGroup, settings: Pick<ThreadSettings, "backend" | "model">): Model | undefined {
  const shown = group.models.filter((model) => !model.hidden);
  const mine = settings.backend === null || settings.backend === group.backend;
  const wanted = (mine ? settings.model : null) ?? group.default_model;
  return wanted ? shown.find((model) => model.id === wanted) : shown.find((model) => model.is_default) ?? shown[0];
}

const isNow = ({ title, state }: Pick<ModelGroup, "title" | "state">) => `${title} is ${backendWords[state].replace(/^./, (first) => first.toLowerCase())}`;

/** Answers only after a login at that backend, and why: `Codex is not signed in`. */
export interface Later { backend: Id; why: string }

/** Who of those who are asked answers only after a login; null when nobody has to wait for that. */
export function whyLater(groups: ModelGroup[]): Later | null {
  const waits = groups.find((group) => wantsLogin(group.state));
  return waits ? { backend: waits.backend, why: isNow(waits) } : null;
}

/** Why those who are asked could not answer, before anything is sent: `Codex is not installed`; null when they can. */
export function whyNone(groups: ModelGroup[], settings: Pick<ThreadSettings, "backend" | "model">): string | null {
  for (const group of groups) {
    // Which models it will have is not known before.
    if (wantsLogin(group.state)) continue;
    // What cannot be reached now may be there again when the words arrive.
    if (group.state !== "ready" && group.state !== "unavailable") return isNow(group);
    if (group.models.length === 0 || modelIn(group, settings)) continue;
    const chosen = settings.backend === null || settings.backend === group.backend ? settings.model : null;
    return chosen ? `${group.title} has no model ${chosen} now` : `the usual model of ${group.title} cannot be used now`;
  }
  return null;
}

const efforts: Record<string, string> = {
  none: "None", minimal: "Minimal", low: "Low", medium: "Medium", high: "High", xhigh: "Extra high", extra_high: "Extra high",
};
/** What a level of effort is called: the same word for the same level with every model. */
export const effortWord = (id: string, name = id): string => efforts[id.toLowerCase()] ?? name.charAt(0).toUpperCase() + name.slice(1);

/** The level it thinks at, as the server has it: the one wanted, else high, else its own, else its last. A model whose levels nobody knows takes any. */
export function effortOf({ efforts: levels, default_effort: own }: Pick<Model, "efforts" | "default_effort">, wanted: string | null): string {
  const has = (id: string) => levels.length === 0 || levels.some((one) => one.id === id);
  const asked = wanted?.trim();
  if (asked && has(asked)) return asked;
  return has("high") ? "high" : own ?? levels.at(-1)?.id ?? "high";
}

/** What becomes of a choice that the model does not have: `Mini has no Extra high: thinks at Medium`. */
export function dropped(model: Pick<Model, "name" | "efforts" | "default_effort" | "tiers">, settings: Pick<ThreadSettings, "effort" | "fast">): string[] {
  const notes: string[] = [];
  const word = (id: string) => effortWord(id, model.efforts.find((one) => one.id === id)?.name);
  const wanted = settings.effort?.trim();
  const level = effortOf(model, settings.effort);
  if (wanted && wanted !== level) notes.push(`${model.name} has no ${word(wanted)}: thinks at ${word(level)}`);
  if (settings.fast && model.tiers.length === 0) notes.push(`${model.name} has no fast mode`);
  return notes;
}

/** What a person means who types a level of effort: its id, its name or its word. */
export function effortNamed(model: Pick<Model, "efforts">, typed: string): string | null {
  const bare = (text: string) => text.toLowerCase().replace(/[\s_-]/g, "");
  const asked = bare(typed);
  return model.efforts.find((one) => [one.id, one.name, effortWord(one.id, one.name)].some((word) => bare(word) === asked))?.id ?? null;
}

export const permissionWords: Record<Permission, string> = { read_only: "Read-only", standard: "Standard", full: "Full" };
export const permissionNotes: Record<Permission, string> = {
  read_only: "asks before it runs or changes anything",
  standard: "works in its folder, asks for more",
  full: "everything the server may, unasked",
};

export const backendWords: Record<BackendState, string> = {
  ready: "Ready", off: "Off", not_installed: "Not installed", not_signed_in: "Not signed in", api_key_login: "Signed in with an API key",
  unavailable: "Unavailable",
};

export type Named = { group: ModelGroup; model: Model };
/** What `/model NAME` means: an id or a name of a model, or of a backend, which means its default; those that are asked first. */
export function modelNamed(groups: ModelGroup[], typed: string, first: ModelGroup | undefined): Named | null {
  const asked = typed.trim().toLowerCase();
  const ordered = first ? [first, ...groups.filter((group) => group !== first)] : groups;
  // People also know a backend by its maker or by what it does: openai-codex, and the like with -code behind it.
  const backend = asked.replace(/^openai-|-code$/g, "");
  for (const group of ordered) {
    if (![group.backend, group.title, group.handle].some((name) => name?.toLowerCase() === backend)) continue;
    const model = modelIn(group, { backend: group.backend, model: null });
    if (model) return { group, model };
  }
  for (const group of ordered) {
    const model = group.models.find((one) => [one.id, one.name].some((name) => name.toLowerCase() === asked));
    if (model) return { group, model };
  }
  return null;
}

// ---- meters ----

/** Below 75 % a meter is ink, from there amber, and red once it is full. */
export const meterKind = (percent: number): "" | "high" | "full" => (percent >= 100 ? "full" : percent >= 75 ? "high" : "");

/** `42`: never 100 before it is full. */
export const percentWord = (percent: number): string => `${Math.max(0, percent >= 100 ? 100 : Math.min(99, Math.round(percent)))}%`;

const weekdays = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
/** `resets 16:20`, `resets Monday 09:00`, `resets 3 Dec 09:00`; empty when it is not known. */
export function resetWord(at: Millis | null, now: Millis): string {
  if (at === null) return "";
  if (at <= now) return "resets now";
  if (sameDay(at, now)) return `resets ${time(at)}`;
  return `resets ${at - now < 6 * 86_400_000 ? weekdays.format(at) : dates.format(at)} ${time(at)}`;
}

/** `5 hours`, `Week`, `30 days`, before it what it is about when that is not the whole plan. The source says `codex/primary`. */
export function limitName({ id, window_minutes: minutes }: Pick<Limit, "id" | "window_minutes">): string {
  const length = minutes === null ? null
    : minutes === 7 * 1440 ? "Week"
    : minutes % 1440 === 0 ? (minutes === 1440 ? "Day" : `${minutes / 1440} days`)
    : minutes % 60 === 0 ? (minutes === 60 ? "Hour" : `${minutes / 60} hours`)
    : `${minutes} minutes`;
  const [source = "", window = ""] = id.split("/");
  const whole = /^(codex|claude|gemini|primary|secondary|limit)?$/i.test(source);
  const what = whole && window === "individual" ? "Own limit" : whole ? "" : source.replace(/_+/g, " ").replace(/^gpt/i, "GPT").replace(/^./, (first) => first.toUpperCase());
  if (!length) return what || "Limit";
  return what ? `${what}, ${length.toLowerCase()}` : length;
}

/** The limit that ends work first. */
export const tightest = (limits: Limit[]): Limit | undefined => [...limits].sort((a, b) => b.used_percent - a.used_percent)[0];

/** How full the conversation is by its newest turn that said so; null when none did. */
export function contextOf(turns: Pick<Turn, "thread_id" | "queued_at" | "usage">[], thread: Id): { usage: Usage; percent: number } | null {
  const newest = turns.filter((turn) => turn.thread_id === thread && turn.usage).sort((a, b) => b.queued_at - a.queued_at)[0]?.usage;
  if (!newest?.window || newest.context <= 0) return null;
  return { usage: newest, percent: (newest.context / newest.window) * 100 };
}

/** `103k`: tokens, as people say them. */
export const tokens = (count: number): string => (count < 1000 ? String(count) : count < 999_500 ? `${Math.round(count / 1000)}k` : `${Number((count / 1_000_000).toFixed(1))}M`);
