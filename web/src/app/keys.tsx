/** The keys of the page. Letters act only outside fields; inside one every letter is text. */
import { useEffect } from "react";
import { useDesk } from "../state/react";
import { ASIDE_BUTTON } from "../ui/aside";
import { Dialog } from "../ui/Dialog";
import { closeDrawer } from "../ui/drawer";
import { isCommand, keyName } from "../ui/keyname";
import { approvalsPath, go, routeOf, settingsPath, turnsPath } from "../ui/route";
import { attempt } from "../ui/Toasts";
import { want, type Wanted } from "../ui/wanted";
import { newThread, stepRows } from "./acts";

const list: { where: string; keys: [string[], string][] }[] = [
  {
    where: "Anywhere",
    keys: [
      [["⌘K"], "Search and commands"],
      [["C"], "New thread"],
      [["G A"], "Approvals"],
      [["G T"], "Turns"],
      [["G S"], "Settings"],
      [["J", "K"], "Next thread, previous thread"],
      [["↵"], "Open it"],
      [["?"], "This list"],
    ],
  },
  {
    where: "In a thread",
    keys: [
      [["⌘."], "Stop what runs in this thread"],
      [["Enter"], "Send; while your answer runs, queue, and alone with an assistant steer"],
      [["⌘Enter"], "The other one: steer instead of queue, queue instead of steer; where an answer takes no words, send now"],
      [["⇧Enter"], "New line"],
      [["↑"], "In an empty field: change what was queued or said last"],
      [["⌘⇧M"], "Model"],
      [["⌘⇧E"], "Effort"],
      [["⌘⇧P"], "Permission"],
      [["I"], "Details of the turn beside it"],
      [["@"], "Mention; arrows, Tab or Enter picks"],
      [["/"], "At the beginning of the field: commands"],
      [["Esc"], "Close a list, leave the field"],
    ],
  },
  {
    where: "On a question that has the focus",
    keys: [
      [["A"], "Accept"],
      [["S"], "Accept for the session"],
      [["D"], "Decline"],
      [["1", "9"], "Choose"],
      [["⌘Enter"], "Answer"],
      [["J", "K"], "Next, previous one that waits"],
    ],
  },
];

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Time in which the second letter of a pair such as `G S` counts. */
const PAIR_MS = 1200;

export interface KeyActs { showKeys: () => void; search: () => void }

export function useKeys({ showKeys, search }: KeyActs) {
  const desk = useDesk();
  useEffect(() => {
    let g = -PAIR_MS;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]") || !desk.store.get().session) return;
      const command = isCommand(event);
      const route = routeOf(location);
      if (command && event.key === ".") {
        event.preventDefault();
        if (route.at === "chat" && route.thread) attempt(desk.stopAll(route.thread));
        return;
      }
      if (command && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        search();
        return;
      }
      const wanted = command && event.shiftKey && route.at === "chat" ? { m: "model", e: "effort", p: "permission" }[event.key.toLowerCase()] as Wanted | undefined : undefined;
      if (wanted) {
        event.preventDefault();
        want(wanted);
        return;
      }
      if (event.key === "Escape") closeDrawer();
      if (event.metaKey || event.ctrlKey || event.altKey || isField(event.target)) return;
      const paired = event.timeStamp - g < PAIR_MS;
      g = event.key === "g" ? event.timeStamp : -PAIR_MS;
      switch (event.key) {
        case "c": newThread(); break;
        case "a":
          if (!paired) return;
          go(approvalsPath);
          break;
        case "t":
          if (!paired) return;
          go(turnsPath());
          break;
        case "s":
          if (!paired) return;
          go(settingsPath("assistants"));
          break;
        case "i":
          if (!document.getElementById(ASIDE_BUTTON)) return;
          document.getElementById(ASIDE_BUTTON)?.click();
          break;
        case "j": stepRows(1); break;
        case "k": stepRows(-1); break;
        case "?": showKeys(); break;
        default: return;
      }
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [desk, showKeys, search]);
}

export function KeyList({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose} footer={<button className="btn" type="button" onClick={onClose}>Close</button>}>
      {list.map(({ where, keys: some }) => (
        <section key={where} aria-label={where}>
          <h3 className="hint">{where}</h3>
          <dl className="keys">
            {some.map(([keys, does]) => (
              <div key={does}><dt>{keys.map((key) => <kbd key={key}>{keyName(key)}</kbd>)}</dt><dd>{does}</dd></div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
