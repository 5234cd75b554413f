/** Settings: a list of places beside one sheet. Owns the frame; each sheet is its own file, the assistants' is handed in. */
import type { ReactNode } from "react";
import { useView } from "../../state/react";
import { capital } from "../../state/words";
import { toggleDrawer } from "../../ui/drawer";
import { Icon, type IconName } from "../../ui/Icon";
import { Face } from "../../ui/marks";
import { chatPath, Link, type SettingsSection, settingsPath } from "../../ui/route";
import { Doctor } from "./Doctor";
import { Sessions } from "./Sessions";
import { SheetHead } from "./SheetHead";

const allPlaces: { section: SettingsSection; name: string; icon: IconName; group: string; for?: "admin" }[] = [
  { section: "sessions", name: "You and your sessions", icon: "person", group: "You" },
  { section: "assistants", name: "Assistants", icon: "plug", group: "This server" },
  { section: "doctor", name: "Doctor", icon: "done", group: "This server", for: "admin" },
];

export function SettingsSidebar({ section }: { section: SettingsSection }) {
  const person = useView((state) => state.session?.person);
  const version = useView((state) => state.session?.version);
  const places = allPlaces.filter((place) => place.for === undefined || place.for === person?.role);
  return (
    <aside className="side" aria-label="Settings">
      <div className="brand"><Link className="btn tool" to={chatPath(null)} aria-label="Back to threads"><Icon name="left" /></Link><b>Settings</b></div>
      <div className="scroll">
        <nav className="nav" aria-label="Settings">
          {places.map((place, at) => (
            <div key={place.section}>
              {places[at - 1]?.group === place.group ? null : <div className="group">{place.group}</div>}
              <Link to={settingsPath(place.section)} aria-current={place.section === section ? "page" : undefined}><Icon name={place.icon} />{place.name}</Link>
            </div>
          ))}
        </nav>
      </div>
      {person ? (
        <div className="me-row">
          <Face name={person.name} of="me" />
          <span className="grow lines"><span className="strong">{person.name}</span><br /><span className="hint">{capital(person.role)}</span></span>
          <span className="hint num">{version}</span>
        </div>
      ) : null}
    </aside>
  );
}

export function SettingsScreen({ section, drawAssistants }: { section: SettingsSection; drawAssistants: () => ReactNode }) {
  return (
    <>
      <header className="bar narrow-only">
        <button className="btn tool" type="button" aria-label="Settings" onClick={toggleDrawer}><Icon name="menu" /></button><h1>Settings</h1>
      </header>
      <div className="scroll">
        <div className="sheet">
          {section === "assistants" ? <Assistants draw={drawAssistants} /> : section === "sessions" ? <Sessions /> : <Doctor />}
        </div>
      </div>
    </>
  );
}

function Assistants({ draw }: { draw: () => ReactNode }) {
  return (
    <>
      <SheetHead title="Assistants" lead="Who can be mentioned, with whose account they run, and what keeps one from answering." />
      {draw()}
    </>
  );
}
