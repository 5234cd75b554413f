/** The keys of the page. Letters act only outside fields; inside one every letter is text. */
import { useEffect } from "react";
import { attempt } from "../ui/Toasts";
import { turnIsOpen } from "../state/model";
import { useDesk } from "../state/react";
import { Dialog } from "../ui/Dialog";
import { closeDrawer } from "../ui/drawer";
import { chatPath, go, routeOf, settingsPath } from "../ui/route";

const list: [string[], string][] = [
  [["C"], "New thread"],
  [["J", "K"], "Next thread, previous thread"],
  [["↵"], "Open it"],
  [["⌘K"], "Find a thread"],
  [["G S"], "Settings"],
  [["Enter"], "Send"],
  [["⇧Enter"], "New line"],
  [["@"], "Mention; arrows, Tab or Enter picks, Esc closes"],
  [["⌘."], "Stop what runs in this thread"],
  [["?"], "This list"],
];

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Time in which the second letter of a pair such as `G S` counts. */
const PAIR_MS = 1200;

export function useKeys(showList: () => void) {
  const desk = useDesk();
  useEffect(() => {
    let g = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const command = event.metaKey || event.ctrlKey;
      if (command && event.key === ".") {
        event.preventDefault();
        const route = routeOf(location);
        if (route.at !== "chat") return;
        for (const turn of Object.values(desk.store.get().turns)) {
          if (turn.thread_id === route.thread && turnIsOpen(turn) && !turn.stop_wanted) attempt(desk.cancel(turn.id));
        }
        return;
      }
      if (command && event.key.toLowerCase() === "k") {
        event.preventDefault();
        document.getElementById("find")?.focus();
        return;
      }
      if (event.key === "Escape") closeDrawer();
      if (command || event.altKey || isField(event.target)) return;
      const paired = event.timeStamp - g < PAIR_MS;
      g = event.key === "g" ? event.timeStamp : 0;
      switch (event.key) {
        case "c":
          go(chatPath(null));
          requestAnimationFrame(() => document.getElementById("composer")?.focus());
          break;
        case "s":
          if (!paired) return;
          go(settingsPath("assistants"));
          break;
        case "j": step(1); break;
        case "k": step(-1); break;
        case "?": showList(); break;
        default: return;
      }
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [desk, showList]);
}

/** Moves the focus through the rows, from the current thread when none has it. */
function step(by: 1 | -1) {
  const rows = [...document.querySelectorAll<HTMLElement>(".rows .row")];
  const focused = rows.indexOf(document.activeElement as HTMLElement);
  const from = focused >= 0 ? focused : rows.findIndex((row) => row.getAttribute("aria-current") === "page");
  rows[Math.max(0, Math.min(rows.length - 1, from + by))]?.focus();
}

export function KeyList({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose} footer={<button className="btn" type="button" onClick={onClose}>Close</button>}>
      <p className="hint">⌘ is Ctrl on other keyboards.</p>
      <dl className="keys">
        {list.map(([keys, does]) => (
          <div key={does}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>
        ))}
      </dl>
    </Dialog>
  );
}
