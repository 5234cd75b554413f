/**
 * The page: which screen the address means, and the frame around it. The one place that knows all features; it joins them,
 * so that they need not know each other.
 */
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { type Problem } from "../api/client";
import type { Id, Message } from "../api/types";
import { NeedsBar } from "../features/approvals/NeedsBar";
import { TurnQuestions } from "../features/approvals/TurnQuestions";
import { FoundAssistants } from "../features/assistants/FoundAssistants";
import { forkFrom } from "../features/chat/fork";
import { ForkButton } from "../features/chat/ForkButton";
import type { AnswerSlot } from "../features/chat/Log";
import type { AsideSlot, ComposerSlot } from "../features/chat/slots";
import { Sidebar } from "../features/chat/Sidebar";
import { StartScreen } from "../features/chat/StartScreen";
import { DrawerButton } from "../features/chat/ThreadBar";
import { ThreadScreen } from "../features/chat/ThreadScreen";
import { Composer } from "../features/composer/Composer";
import { Chips } from "../features/models/Chips";
import { Meters } from "../features/models/Meters";
import { notifyFor } from "../features/notify/notifier";
import { Palette } from "../features/palette/Palette";
import { SignIn } from "../features/sign-in/SignIn";
import { TurnCard } from "../features/turn/TurnCard";
import { returnTo } from "../state/local";
import { useDesk, useView } from "../state/react";
import { closeDrawer } from "../ui/drawer";
import { Lamp, Mark } from "../ui/marks";
import { chatPath, go, Link, type Route, routeOf, useAddress, useMoves } from "../ui/route";
import { Toasts } from "../ui/Toasts";
import { onWanted } from "../ui/wanted";
import { goOn, newThread } from "./acts";
import { Announcer } from "./Announcer";
import { useCommands } from "./commands";
import { KeyList, useKeys } from "./keys";
import { useTitle } from "./title";

/** Few open them, so nobody waits for them who does not. */
const settings = () => import("./settings");
const SettingsScreen = lazy(() => settings().then(({ SettingsScreen: draw }) => ({ default: draw })));
const SettingsSidebar = lazy(() => settings().then(({ SettingsSidebar: draw }) => ({ default: draw })));

/** Loaded with the first thread in which it is open. */
const Aside = lazy(() => import("./aside").then(({ Aside: draw }) => ({ default: draw })));
const SignInDialog = lazy(() => import("../features/models/SignInDialog").then(({ SignInDialog: draw }) => ({ default: draw })));

const Approvals = lazy(() => import("./approvals").then(({ Approvals: draw }) => ({ default: draw })));

const Turns = lazy(() => import("../features/turns/Turns").then(({ Turns: draw }) => ({ default: draw })));

/** What lies over the page, at most one. */
type Over = null | { is: "keys" } | { is: "sign-in"; backend: Id } | { is: "palette"; within: Id | null };
type Start = { is: "starting" } | { is: "done" } | { is: "failed"; problem: Error };

export function App() {
  const address = useAddress();
  const route = useMemo(() => routeOf(location), [address]);
  const desk = useDesk();
  const session = useView((state) => state.session);
  const start = useStart(route.at === "sign-in" && route.secret !== null);
  const [over, setOver] = useState<Over>(null);
  const showKeys = useCallback(() => setOver({ is: "keys" }), []);
  const search = useCallback((within: Id | null) => setOver({ is: "palette", within }), []);
  const searchAll = useCallback(() => search(null), [search]);
  const close = useCallback(() => setOver(null), []);
  useKeys({ showKeys, search: searchAll });
  useEffect(() => onWanted((what) => {
    if (what === "help") showKeys();
    else if (typeof what === "object") setOver({ is: "sign-in", backend: what.signInTo });
  }), [showKeys]);
  useTitle(route);
  useNotes();

  const signedIn = session !== null;
  const gone = start.is === "done" && !signedIn && route.at !== "sign-in";
  useEffect(() => {
    if (!gone) return;
    returnTo.set(location.pathname + location.search + location.hash);
    go("/sign-in", "replace");
  }, [gone]);
  useEffect(() => {
    if (location.pathname === "/") go(chatPath(null) + location.search, "replace");
    // Somebody who is in has no use for an empty sign-in page.
    if (signedIn && start.is === "done" && route.at === "sign-in" && !location.hash) go(returnTo.take() ?? chatPath(null), "replace");
  });

  if (route.at === "sign-in") return <SignIn secret={route.secret} />;
  if (start.is === "failed") return <Unreachable problem={start.problem} />;
  if (!signedIn) return null;
  return (
    <>
      {route.at === "chat" ? <SkipLink /> : null}
      <div className="app">
        <Frame route={route} demo={session.demo} search={search} />
      </div>
      <Announcer />
      <Toasts />
      {over?.is === "keys" ? <KeyList onClose={close} /> : null}
      {over?.is === "sign-in" ? <Suspense fallback={null}><SignInDialog backend={over.backend} onClose={close} onDone={() => {
        close();
        goOn(desk, over.backend);
      }} /></Suspense> : null}
      {over?.is === "palette" ? <Commanded route={route} within={over.within} showKeys={showKeys} onClose={close} /> : null}
    </>
  );
}

function Commanded({ route, within, showKeys, onClose }: { route: Route; within: Id | null; showKeys: () => void; onClose: () => void }) {
  return <Palette commands={useCommands(route, showKeys)} within={within} current={route.at === "chat" ? route.thread : null} onClose={onClose} />;
}

/** Tells in the background what is worth it, as long as somebody is signed in. */
function useNotes() {
  const { store } = useDesk();
  const me = useView((state) => state.session?.person.id);
  useEffect(() => (me ? notifyFor(store, me) : undefined), [store, me]);
}

function SkipLink() {
  return (
    <a className="skip" href="#composer" onClick={(event) => {
      event.preventDefault();
      document.getElementById("composer")?.focus();
    }}>To the composer</a>
  );
}

const drawNeeds = (thread: Id) => <NeedsBar thread={thread} />;
const drawFork = (reply: Message) => <ForkButton message={reply} />;
const drawAside = (slot: AsideSlot) => <Suspense fallback={<aside className={`aside ${slot.place}`} aria-label="Turn" />}><Aside {...slot} /></Suspense>;
const drawQuestions = (turn: Id) => <TurnQuestions turn={turn} />;

interface FrameProps { route: Exclude<Route, { at: "sign-in" }>; demo: boolean; search: (within: Id | null) => void }

function Frame({ route, demo, search }: FrameProps) {
  const move = useMoves();
  const desk = useDesk();
  const onFork = useCallback((reply: Message) => forkFrom(desk, reply.thread_id, reply.id), [desk]);
  const drawAnswer = useCallback((slot: AnswerSlot) => <TurnCard {...slot} drawQuestions={drawQuestions} drawFork={drawFork} onFork={onFork} />, [onFork]);
  const drawFound = useCallback((ask: (handle: string) => void) => <FoundAssistants onAsk={ask} />, []);
  const drawComposer = useCallback((slot: ComposerSlot) => <Composer key={slot.thread} {...slot} drawChips={(ask) => <Chips {...ask} />} drawMeters={(ask) => <Meters {...ask} />} />, []);
  const screen = useMemo(() => {
    switch (route.at) {
      case "settings": return <Suspense fallback={<Loading />}><SettingsScreen section={route.section} /></Suspense>;
      case "approvals": return <Suspense fallback={<Loading />}><Approvals /></Suspense>;
      case "turns": return <Suspense fallback={<Loading />}><Turns state={route.state} mine={route.mine} /></Suspense>;
      case "chat": return route.thread
        ? <ThreadScreen key={route.thread} id={route.thread} jump={route.seq === null ? null : { seq: route.seq, move }} asked={route.turn} detail={route.detail} onSearch={search} mention={route.mention}
          drawAnswer={drawAnswer} drawNeeds={drawNeeds} drawComposer={drawComposer} drawAside={drawAside} />
        : <StartScreen mention={route.mention} drawFound={drawFound} drawComposer={drawComposer} />;
      case "unknown": return <NoSuchPage />;
    }
  }, [route, move, search, drawAnswer, drawFound, drawComposer]);
  return (
    <>
      {route.at === "settings"
        ? <Suspense fallback={<aside className="side" />}><SettingsSidebar section={route.section} /></Suspense>
        : <Sidebar current={route.at === "chat" ? route.thread : null} archived={route.at === "chat" && route.archived} place={route.at === "approvals" || route.at === "turns" ? route.at : null} onNew={newThread} onSearch={() => search(null)} />}
      <div className="drawer-scrim" onClick={closeDrawer} />
      <main className="main">
        {demo ? <p className="demo-line"><b>Demo</b>: answers are scripted, no account is used</p> : null}
        {screen}
      </main>
    </>
  );
}

function NoSuchPage() {
  return (
    <>
      <header className="bar narrow-only"><DrawerButton /><b>Switchboard</b></header>
      <div className="scroll">
        <div className="first">
          <h1>Nothing here</h1>
          <p className="lead">This server has no page at this address. It may have been cut off when it was copied.</p>
          <p className="refused-do"><Link className="btn" to={chatPath(null)}>To the threads</Link></p>
        </div>
      </div>
    </>
  );
}

function Loading() {
  return <div className="scroll"><p className="loading" role="status"><Lamp kind="running" />Loading</p></div>;
}

/** Asks who is signed in, unless the address itself is about to sign somebody in. */
function useStart(signingIn: boolean): Start {
  const desk = useDesk();
  const [start, setStart] = useState<Start>({ is: signingIn ? "done" : "starting" });
  useEffect(() => {
    if (signingIn) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = () => desk.start().then(
      () => setStart({ is: "done" }),
      (problem: Problem | Error) => {
        setStart({ is: "failed", problem });
        timer = setTimeout(() => void attempt(), 2000);
      },
    );
    void attempt();
    return () => clearTimeout(timer);
    // Only the first address counts, so a later one does not start this again.
  }, [desk]);
  return start;
}

function Unreachable({ problem }: { problem: Error }) {
  return (
    <main className="gate">
      <div className="gate-brand"><Mark /><b>Switchboard</b></div>
      <p className="gate-work" role="status"><Lamp kind="running" />The server cannot be reached, trying again</p>
      <p className="hint">{problem.message}</p>
    </main>
  );
}
