/** Settings: a list of places beside one sheet. Owns the frame; each sheet is its own file, those of other features are handed in. */
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { useView } from "../../state/react";
import { capital } from "../../state/words";
import { toggleDrawer } from "../../ui/drawer";
import { Icon } from "../../ui/Icon";
import { Face } from "../../ui/marks";
import { chatPath, go, Link, type SettingsSection, settingsPath } from "../../ui/route";
import { Audit } from "./Audit";
import { Health } from "./Health";
import { useFindings } from "./findings";
import { People } from "./People";
import { found, type Place, placesFor } from "./places";
import { Profile } from "./Profile";
import { Sessions } from "./Sessions";
import { Tokens } from "./Tokens";

export function SettingsSidebar({ section }: { section: SettingsSection }) {
  const person = useView((state) => state.session?.person);
  const version = useView((state) => state.session?.version);
  const [typed, setTyped] = useState("");
  const places = found(placesFor(person?.role), typed);
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const first = places[0];
    if (event.key === "Enter" && first) {
      setTyped("");
      go(settingsPath(first.section));
    } else if (event.key === "Escape" && typed) setTyped("");
  };
  return (
    <aside className="side" aria-label="Settings">
      <div className="brand"><Link className="btn tool" to={chatPath(null)} aria-label="Back to threads" title="Back to threads"><Icon name="left" /></Link><b>Settings</b></div>
      <label className="field find">
        <Icon name="search" /><span className="sr">Find a setting</span>
        <input type="search" placeholder="Find a setting" value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={onKey} />
      </label>
      <div className="scroll">
        <nav className="nav" aria-label="Settings">
          {places.map((place, at) => (
            <div key={place.section}>
              {places[at - 1]?.group === place.group ? null : <div className="group">{place.group}</div>}
              <PlaceLink place={place} current={place.section === section} />
            </div>
          ))}
        </nav>
        {places.length ? null : <p className="blank">No setting has these words.</p>}
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

function PlaceLink({ place, current }: { place: Place; current: boolean }) {
  const findings = useFindings(useView((state) => state.session?.person.id));
  const count = place.section === "health" ? findings : 0;
  return (
    <Link to={settingsPath(place.section)} aria-current={current ? "page" : undefined}>
      <Icon name={place.icon} />{place.name}{count ? <span className="count" aria-label={`${count} to look at`}>{count}</span> : null}
    </Link>
  );
}

export interface SettingsScreenProps {
  section: SettingsSection;
  drawAssistants: () => ReactNode;
  drawModels: () => ReactNode;
  drawNotify: () => ReactNode;
  drawTools: () => ReactNode;
}

export function SettingsScreen({ section, ...drawn }: SettingsScreenProps) {
  const role = useView((state) => state.session?.person.role);
  const open = placesFor(role).some((place) => place.section === section);
  return (
    <>
      <header className="bar narrow-only">
        <button className="btn tool" type="button" aria-label="Settings" onClick={toggleDrawer}><Icon name="menu" /></button><h1>Settings</h1>
      </header>
      <div className="scroll">
        <div className="sheet" key={section}>{open ? sheet(section, drawn) : <NotOpen />}</div>
      </div>
    </>
  );
}

function sheet(section: SettingsSection, drawn: Omit<SettingsScreenProps, "section">): ReactNode {
  switch (section) {
    case "profile": return <Profile drawNotify={drawn.drawNotify} />;
    case "sessions": return <Sessions />;
    case "tokens": return <Tokens />;
    case "assistants": return drawn.drawAssistants();
    case "models": return drawn.drawModels();
    case "tools": return drawn.drawTools();
    case "people": return <People />;
    case "audit": return <Audit />;
    case "health": return <Health />;
  }
}

function NotOpen() {
  return (
    <>
      <header><div className="grow"><h1 className="title">This is for admins</h1><p className="lead">It tells what others did and how the server is set up. An admin of this workspace can change your role under People and roles.</p></div></header>
      <Link className="btn" to={settingsPath("profile")}>To your profile</Link>
    </>
  );
}
