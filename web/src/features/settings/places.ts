/** What there is to set, in the order of the sidebar, and the words by which it is found. */
import type { Person } from "../../api/types";
import type { IconName } from "../../ui/Icon";
import type { SettingsSection } from "../../ui/route";

export interface Place { section: SettingsSection; name: string; icon: IconName; group: string; admins: boolean; words: string }

const places: Place[] = [
  { section: "profile", name: "Profile", icon: "person", group: "You", admins: false, words: "name handle notifications theme mode colours light dark sign out" },
  { section: "sessions", name: "Sessions", icon: "device", group: "You", admins: false, words: "browsers devices signed in sign out others" },
  { section: "tokens", name: "API tokens", icon: "key", group: "You", admins: false, words: "programs bearer key revoke" },
  { section: "tools", name: "Tools", icon: "sliders", group: "You", admins: false, words: "mcp servers oauth sign in stdio http connect" },
  { section: "assistants", name: "Assistants", icon: "plug", group: "This server", admins: false, words: "mention enable access limits owner client secret rotate" },
  { section: "models", name: "Models", icon: "effort", group: "This server", admins: false, words: "codex claude openai chatgpt backends accounts login api key limits default hide llm" },
  { section: "people", name: "People and roles", icon: "people", group: "This server", admins: false, words: "invite link admin member remove" },
  { section: "audit", name: "Audit", icon: "file", group: "This server", admins: true, words: "log history who did what" },
  { section: "health", name: "Health", icon: "done", group: "This server", admins: false, words: "doctor checks settings configuration version" },
];

export const placesFor = (role: Person["role"] | undefined): Place[] => places.filter((place) => !place.admins || role === "admin");

/** Every word typed has to begin a word of the place. */
export function found(all: Place[], typed: string): Place[] {
  const asked = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((place) => {
    const words = `${place.name} ${place.group} ${place.words}`.toLocaleLowerCase().split(/\s+/);
    return asked.every((part) => words.some((word) => word.startsWith(part)));
  });
}
