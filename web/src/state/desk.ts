/**
 * What the person can do, and what the page does by itself: it loads, keeps the stream open, fetches what the reducer asks
 * for, and sends. The only part of `state/` that talks to the server; decides nothing about how things look.
 */
import { api, type Decision, Problem, whenSignedOut } from "../api/client";
import { openShared, type SharedStream } from "../api/shared";
import type { Attachment, Frame, Id, Model, ModelGroup, NewThread, Presence, Question, Session, Thread, ThreadPatch, ThreadSettings } from "../api/types";
import { type Asked, asking, type Change, changeOf } from "./change";
import { Finder } from "./finder";
import { forgetDrafts } from "./local";
import { type Beginning, beginsOpen, type Place, turnIsOpen } from "./model";
import { Models } from "./models";
import { Outbox } from "./outbox";
import { Queue } from "./queue";
import { RowTurns } from "./row-turns";
import { Signs } from "./signs";
import type { Store } from "./store";
import { turnsKey, type TurnsOf } from "./turn-list";
import { Uploads } from "./uploads";
import { lastAttempts, startedTurns } from "./view";

/** How long to leave a turn alone that was just fetched: its text may be a checkpoint behind the stream for a second. */
const REFETCH_MS = 400;
/** Who looks back looks for more than the last words. */
const OLDER = 100;
/** Requests at once for what is only nice to have, so that a click never waits behind them. */
const SIDE_REQUESTS = 2;

export class Desk {
  #stream: SharedStream | undefined;
  #fetching = new Set<string>();
  #open: Id | null = null;
  #side: Promise<void> = Promise.resolve();
  /** Turns whose items were fetched; of a turn that started later the stream has told everything. */
  #asked = new Set<Id>();

  /** How far threads were read that the server has not confirmed. */
  #reads = new Map<Id, number>();

  /** Changes of threads that are under way. */
  #changes = new Map<Id, Promise<unknown>>();

  #rowTurns: RowTurns;
  readonly queue: Queue;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  readonly finder: Finder;
  readonly models: Models;
  readonly signs = new Signs();

  constructor(readonly store: Store) {
    this.#rowTurns = new RowTurns(store);
    this.queue = new Queue(store);
    this.outbox = new Outbox(store, this.queue, (thread) => this.#changes.get(thread));
    this.uploads = new Uploads(store);
    this.finder = new Finder(store);
    this.models = new Models(store);
    whenSignedOut(() => this.#signedOut());
    store.subscribe(() => {
      this.#serveWants();
      this.models.heard();
    });
    // A page that comes back from the browser's cache has been deaf for an unknown time.
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  /** False when nobody is signed in here. Anything else that goes wrong is thrown. */
  async start(): Promise<boolean> {
    try {
      await this.#enter(await api.session());
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return false;
      throw error;
    }
  }

  async signIn(secret: string): Promise<void> {
    await this.#enter(await api.signIn(secret));
  }

  async signOut(): Promise<void> {
    try {
      await api.signOut();
    } catch (error) {
      // A session that had ended already leaves as little behind.
      if (!(error instanceof Problem && error.status === 401)) throw error;
    }
    forgetDrafts();
    this.outbox.clear();
    this.#signedOut();
  }

  async #enter(session: Session): Promise<void> {
    const { store } = this;
    // A link may sign somebody in where somebody else is.
    if (store.get().session?.person.id !== session.person.id) this.#signedOut();
    store.apply({ type: "session", session });
    this.#stream ??= openShared({
      onFrame: (frame) => {
        const change = changeOf(frame, Date.now());
        if (change) store.applySoon(change);
      },
      onState: (link) => {
        if (link.is === "signed_out") this.#signedOut();
        else store.apply({ type: "link", link });
        if (link.is === "live") for (const [id, seq] of this.#reads) void this.#tellRead(id, seq);
      },
    }, session.person.id, whoIsHere);
    const [list] = await Promise.all([
      api.threads(),
      this.models.loadAssistants(),
      this.#loadPeople(),
      // Before the list, so that what has waited for long is no news.
      this.#loadQuestions("open"),
    ]);
    store.apply({ type: "thread_list", page: list, of: "threads" });
    void this.#rowTurns.learn();
    void this.#countTurns();
    void this.models.load();
    this.#stream?.startAt(list.pos);
    this.outbox.resume(session.person.id);
  }

  /** What this tab learned as one person is not the next one's to know. */
  #signedOut() {
    this.#stream?.stop();
    this.#stream = undefined;
    this.outbox.pause();
    this.#open = null;
    this.#asked = new Set();
    this.#reads = new Map();
    this.#fetching = new Set();
    this.#rowTurns = new RowTurns(this.store);
    if (this.store.get().session) this.store.apply({ type: "session", session: null });
  }

  // ---- reading ----

  /** Loads a thread's newest messages, or those around one, unless some are here. Throws a `Problem` when it may not be seen. */
  async openThread(id: Id, around: number | null): Promise<void> {
    this.#open = id;
    const { store } = this;
    if (!store.get().pages[id]) {
      const asked = this.#asking(`thread:${id}`);
      const [thread, page] = await Promise.all([api.thread(id), api.messages(id, around === null ? {} : { around })]);
      store.apply({ type: "thread", asked, thread });
      store.apply({ type: "thread_page", thread: id, page, what: around === null ? "newest" : "around" });
    } else if (!store.get().threads[id]?.members) {
      // A thread that was opened here a moment ago: the answer to that does not tell who is in it.
      void this.#once(`members:${id}`, async () => store.apply({ type: "thread", asked: this.#asking(`thread:${id}`), thread: await api.thread(id) }));
    }
    this.#fetchItems(id);
    void this.#once(`queue:${id}`, () => this.queue.load(id));
  }

  async loadOlder(id: Id): Promise<void> {
    const before = this.store.get().pages[id]?.older;
    if (!before) return;
    await this.#once(`older:${id}`, async () => {
      const page = await api.messages(id, { before, limit: OLDER });
      this.store.apply({ type: "thread_page", thread: id, page, what: "older" });
      this.#fetchItems(id);
    });
  }

  /** The other way, after a jump into the middle. */
  async loadNewer(id: Id): Promise<void> {
    const after = this.store.get().pages[id]?.newer;
    if (!after) return;
    await this.#once(`newer:${id}`, async () => {
      this.store.apply({ type: "thread_page", thread: id, page: await api.messages(id, { after }), what: "newer" });
      this.#fetchItems(id);
    });
  }

  /** Shows the stretch around a message unless it is shown already. */
  async jump(id: Id, seq: number): Promise<void> {
    const page = this.store.get().pages[id];
    if (page && seq >= page.from && (page.to === null || seq <= page.to)) return;
    this.store.apply({ type: "thread_page", thread: id, page: await api.messages(id, { around: seq, limit: 50 }), what: "around" });
    this.#fetchItems(id);
  }

  /** Back to the end of a thread after a jump. */
  async toNewest(id: Id): Promise<void> {
    if (this.store.get().pages[id]?.to === null) return;
    this.store.apply({ type: "thread_page", thread: id, page: await api.messages(id), what: "newest" });
    this.#fetchItems(id);
  }

  /** The person has seen the thread up to here. Told at once on this page; the server keeps it for all others. */
  async read(id: Id, seq: number): Promise<void> {
    const thread = this.store.get().threads[id];
    // One's own words are read as they are written, and who is no member has nothing to read.
    if (!thread || thread.unread === 0 || thread.read_seq >= seq) return;
    this.store.apply({ type: "read", thread: id, seq });
    this.#reads.set(id, seq);
    await this.#tellRead(id, seq);
  }

  /** What did not arrive is told again with the next connection. */
  #tellRead(id: Id, seq: number): Promise<void> {
    return this.#once(`read:${id}:${seq}`, async () => {
      const asked = this.#asking(`thread:${id}`);
      this.store.apply({ type: "thread", asked, thread: await api.read(id, seq) });
      if (this.#reads.get(id) === seq) this.#reads.delete(id);
    });
  }

  /** What runs is counted in the sidebar, wherever it does. */
  #countTurns(): Promise<void> {
    return this.#once("turns", () => this.loadTurns({ state: "running", mine: false }));
  }

  async loadOlderThreads(): Promise<void> {
    const before = this.store.get().list?.older;
    if (!before) return;
    await this.#once("threads", async () => {
      this.store.apply({ type: "thread_list", page: await api.threads({ before }), of: "threads" });
      void this.#rowTurns.learn();
    });
  }

  async loadArchived(): Promise<void> {
    await this.#once("archived", async () => {
      this.store.apply({ type: "thread_list", page: await api.threads({ archived: true }), of: "archive" });
    });
  }

  async loadOlderArchived(): Promise<void> {
    const before = this.store.get().archive?.older;
    if (!before) return;
    await this.#once("archived", async () => {
      this.store.apply({ type: "thread_list", page: await api.threads({ archived: true, before }), of: "archive" });
    });
  }

  /** Turns across threads: the newest of them, or with `older` those before what was read. */
  async loadTurns(of: TurnsOf, which: "newest" | "older" = "newest"): Promise<void> {
    const before = which === "older" ? this.store.get().turnLists[turnsKey(of)]?.older : undefined;
    if (before === null) return;
    const page = await api.turns({ ...of, ...(before === undefined ? {} : { before }) });
    this.store.apply({ type: "turn_page", of, page });
  }

  /** What was decided lately, for the list of it. */
  loadSettled(): Promise<void> {
    return this.#loadQuestions("settled");
  }

  async #loadQuestions(which: "open" | "settled"): Promise<void> {
    const since = this.store.get().seen;
    const { items } = await api.approvals(which);
    this.store.apply({ type: "questions", since, items });
  }

  async #loadPeople(): Promise<void> {
    const since = this.store.get().seen;
    this.store.apply({ type: "people", since, people: (await api.people()).items });
  }

  /** The steps of the turns on screen, newest first, a few at a time. */
  #fetchItems(thread: Id) {
    this.#side = this.#side.then(async () => {
      const turns = startedTurns(this.store.get(), thread).filter((turn) => !this.#asked.has(turn));
      const worker = async () => {
        for (let turn = turns.shift(); turn !== undefined && this.#open === thread; turn = turns.shift()) await this.#fetchTurn(turn);
      };
      await Promise.all(Array.from({ length: SIDE_REQUESTS }, worker));
    });
  }

  /** The steps of one turn whose thread is not open here; when it is, they are fetched once more. */
  async loadTurn(turn: Id): Promise<void> {
    if (this.store.get().items[turn]) return;
    await this.#once(`turn:${turn}`, async () => this.store.apply({ type: "turn_items", turn, page: await api.turnItems(turn) }));
  }

  #fetchTurn(turn: Id): Promise<void> {
    return this.#once(`turn:${turn}`, async () => {
      this.store.apply({ type: "turn_items", turn, page: await api.turnItems(turn) });
      this.#asked.add(turn);
    });
  }

  #serveWants() {
    const { wants } = this.store.get();
    if (!wants.everything && wants.threads.length === 0 && wants.turns.length === 0) return;
    // Cleared before the answers come, so that what is wanted meanwhile is asked for again.
    queueMicrotask(() => {
      const { wants: now } = this.store.get();
      if (!now.everything && now.threads.length === 0 && now.turns.length === 0) return;
      this.store.apply({ type: "fetching" });
      if (now.everything) void this.#once("everything", () => this.#fetchEverything());
      for (const thread of now.threads) void this.#once(`thread:${thread}`, () => this.#fetchThread(thread));
      for (const turn of now.turns) {
        void this.#once(`turn:${turn}`, async () => {
          this.store.apply({ type: "turn_items", turn, page: await api.turnItems(turn) });
          await new Promise((resolve) => setTimeout(resolve, REFETCH_MS));
        });
      }
    });
  }

  async #fetchEverything(): Promise<void> {
    const open = this.#open;
    const [list, questions] = await Promise.all([api.threads(), api.approvals("open"), this.models.loadAssistants(), this.#loadPeople()]);
    const whole = open ? await this.#whole(open) : null;
    this.#asked = new Set(whole?.items.map(({ turn }) => turn));
    this.store.apply({ type: "fresh", list, questions: questions.items, open: whole });
    void this.#countTurns();
    if (!open) return;
    this.#fetchItems(open);
    void this.#once(`queue:${open}`, () => this.queue.load(open));
  }

  /** A thread with its newest page and the steps of its open turns, so that a fresh start shows no gap. */
  async #whole(id: Id): Promise<Extract<Change, { type: "fresh" }>["open"]> {
    const asked = this.#asking(`thread:${id}`);
    try {
      const [thread, page] = await Promise.all([api.thread(id), api.messages(id)]);
      const turns = lastAttempts(page.turns).filter((turn) => turn.started_at !== null).slice(-10);
      const items = await Promise.all(turns.map(async (turn) => ({ turn: turn.id, page: await api.turnItems(turn.id) })));
      return { thread, asked, page, items };
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  }

  async #fetchThread(id: Id): Promise<void> {
    try {
      const asked = this.#asking(`thread:${id}`);
      this.store.apply({ type: "thread", asked, thread: await api.thread(id) });
      if (this.store.get().pages[id]) {
        this.store.apply({ type: "thread_page", thread: id, page: await api.messages(id), what: "newest" });
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.store.apply({ type: "thread_deleted", id });
      else throw error;
    }
  }

  #asking(key: string): Asked {
    return asking(this.store.get(), key);
  }

  /** Runs `work` unless the same is under way. What fails here is fetched again when the stream or the person asks again. */
  async #once(key: string, work: () => Promise<void>): Promise<void> {
    if (this.#fetching.has(key)) return;
    this.#fetching.add(key);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    } finally {
      this.#fetching.delete(key);
    }
  }

  // ---- writing ----

  async createThread(body: NewThread): Promise<Thread> {
    const thread = await api.createThread(body);
    this.store.apply({ type: "thread", asked: { since: undefined }, thread });
    this.store.apply({ type: "thread_page", thread: thread.id, page: { items: [], turns: [] }, what: "newest" });
    return thread;
  }

  /** Puts text into the composer of a place; whatever draws it there takes it up. */
  prefill(place: Place, text: string) {
    this.store.apply({ type: "prefill", place, text });
  }

  /** Draws the message at once and sends it; never throws, because the echo itself tells how it went. */
  async post(thread: Id, text: string, attachments: Attachment[] = []): Promise<void> {
    // What the person says stands at the end, so that is what they want to see.
    void this.#once(`newest:${thread}`, () => this.toNewest(thread));
    await this.outbox.add("post", thread, text, attachments);
  }

  /** Only words of one's own, and only once no turn for them is open. */
  async edit(message: Id, text: string): Promise<void> {
    this.store.apply({ type: "message", message: await api.edit(message, text) });
  }

  /** A thread of one's own that begins with what was said up to a message. */
  async fork(thread: Id, message: Id): Promise<Thread> {
    const fork = await api.fork(thread, { message, client_id: crypto.randomUUID() });
    this.store.apply({ type: "thread", asked: { since: undefined }, thread: fork });
    return fork;
  }

  /** Other words for one's own message, and an answer to them. Says in which thread they stand: in a fork, if it was answered before. */
  async resend(message: Id, text: string, client_id: string): Promise<Id> {
    const { message: asked } = await api.resend(message, { text, client_id });
    this.store.apply({ type: "message", message: asked });
    return asked.thread_id;
  }

  async addMember(thread: Id, person: Id): Promise<void> {
    await api.addMember(thread, person);
    this.store.apply({ type: "thread", asked: this.#asking(`thread:${thread}`), thread: await api.thread(thread) });
  }

  /** Who leaves a private thread does not see it any more. */
  async removeMember(thread: Id, person: Id): Promise<void> {
    await api.removeMember(thread, person);
    if (person === this.store.get().session?.person.id) await this.#fetchThread(thread);
    else this.store.apply({ type: "thread", asked: this.#asking(`thread:${thread}`), thread: await api.thread(thread) });
  }

  async changeThread(id: Id, body: ThreadPatch): Promise<void> {
    const asked = this.#asking(`thread:${id}`);
    const change = api.changeThread(id, body).then((thread) => this.store.apply({ type: "thread", asked, thread }));
    // What is said from now on is meant with it; how it went is told where it was chosen.
    const before = this.#changes.get(id);
    const done = Promise.allSettled([before, change]);
    this.#changes.set(id, done);
    void done.then(() => this.#changes.get(id) === done && this.#changes.delete(id));
    await change;
  }

  /** What is chosen for a thread, or for the one that is not started yet. */
  async choose(place: Place, settings: Partial<ThreadSettings>): Promise<void> {
    if (place !== "new") return this.changeThread(place, { settings });
    const { beginning } = this.store.get();
    this.begin({ ...beginning, settings: { ...beginning.settings, ...settings } });
  }

  /** In a direct thread a model of another backend takes its assistant along, who then answers there. */
  async chooseModel(place: Place, direct: Id | null, group: ModelGroup, model: Model): Promise<void> {
    const settings = { backend: group.backend, model: model.id };
    const other = direct && group.assistant_id !== direct ? group.assistant_id : null;
    if (place !== "new") return this.changeThread(place, { settings, ...(other ? { assistant: other } : {}) });
    await this.choose(place, settings);
    if (other) this.begin({ ...this.store.get().beginning, direct: other });
  }

  /** Where everyone can write nobody has full access: it is taken back as soon as the thread is to be open. */
  begin(beginning: Beginning) {
    const { settings } = beginning;
    const full = beginsOpen(beginning) && settings.permission === "full";
    this.store.apply({ type: "beginning", beginning: full ? { ...beginning, settings: { ...settings, permission: "standard" } } : beginning });
  }

  async deleteThread(id: Id): Promise<void> {
    await api.deleteThread(id);
    this.store.apply({ type: "thread_deleted", id });
  }

  /** A turn that ended meanwhile is no failure of stopping it. */
  async cancel(turn: Id): Promise<void> {
    const asked = this.#asking(`turn:${turn}`);
    try {
      this.store.apply({ type: "turn", asked, turn: await api.cancelTurn(turn) });
    } catch (error) {
      if (!(error instanceof Problem && error.code === "turn_ended")) throw error;
    }
  }

  /** Stops every answer of a thread that runs, or waits to. */
  async stopAll(thread: Id): Promise<void> {
    const open = Object.values(this.store.get().turns).filter((turn) => turn.thread_id === thread && turnIsOpen(turn) && !turn.stop_wanted);
    await Promise.all(open.map((turn) => this.cancel(turn.id)));
  }

  /** Answers what an assistant asks. Where it was settled in another place meanwhile, how it went is fetched and that is all. */
  async decide(question: Question, decision: Decision): Promise<void> {
    const asked = this.#asking(`question:${question.id}`);
    try {
      this.store.apply({ type: "question", asked, question: await api.decide(question.id, decision) });
    } catch (error) {
      if (!(error instanceof Problem && error.code === "approval_settled")) throw error;
      await this.#fetchTurn(question.turn_id);
      if (this.store.get().questions[question.id]?.state === "asked") throw error;
    }
  }

  /** Words into a turn of one's own that runs. */
  async steer(turn: Id, text: string): Promise<void> {
    this.store.apply({ type: "steer", asked: { since: undefined }, steer: await api.steer(turn, text) });
  }

  async retry(turn: Id): Promise<void> {
    this.store.apply({ type: "turn", asked: { since: undefined }, turn: await api.retryTurn(turn) });
  }
}

/** Signs of presence are never stored, so a tab that joins hears the last one of each person from the tab that leads. */
function whoIsHere(frame: Frame): string | null {
  if (frame.event !== "presence") return null;
  const { person_id } = JSON.parse(frame.data) as Presence;
  return person_id;
}
