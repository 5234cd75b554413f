/** How the tag beside an assistant's name is coloured. Pure. */
import type { Assistant } from "../../api/types";

export const tagKind = (assistant: Assistant) => {
  if (assistant.state === "ready") return " good";
  return assistant.state === "disabled" || assistant.state === "not_allowed" ? "" : " bad";
};
