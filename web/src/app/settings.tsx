/** The settings with what other features hand them. Loaded when they are first opened. */
import "../ui/settings.css";
import { AssistantsSheet } from "../features/assistants/AssistantsSheet";
import { ModelsSheet } from "../features/models/ModelsSheet";
import { NotifySettings } from "../features/notify/NotifySettings";
import { SettingsScreen as Screen } from "../features/settings/Settings";
import { ToolsSheet } from "../features/tools/ToolsSheet";
import type { SettingsSection } from "../ui/route";

export { SettingsSidebar } from "../features/settings/Settings";

export function SettingsScreen({ section }: { section: SettingsSection }) {
  return (
    <Screen section={section} drawAssistants={() => <AssistantsSheet />} drawModels={() => <ModelsSheet />}
      drawNotify={() => <NotifySettings />} drawTools={() => <ToolsSheet />} />
  );
}
