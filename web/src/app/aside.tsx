/** The aside with what another feature hands it. Loaded when it is first open. */
import type { AsideSlot } from "../features/chat/slots";
import { AssistantLimits } from "../features/models/AssistantLimits";
import { TurnAside } from "../features/turn/TurnAside";

export const Aside = (slot: AsideSlot) => <TurnAside {...slot} drawLimits={(assistant) => <AssistantLimits assistant={assistant} />} />;
