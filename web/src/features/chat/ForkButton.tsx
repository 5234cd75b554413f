/** Leads from a message to a fork that begins with all that was said up to it. */
import type { Message } from "../../api/types";
import { useDesk } from "../../state/react";
import { Icon } from "../../ui/Icon";
import { forkFrom } from "./fork";

export function ForkButton({ message }: { message: Message }) {
  const desk = useDesk();
  return (
    <button className="btn tool small" type="button" aria-label="Fork from here" title="Fork from here: a private thread that begins with all that was said up to this"
      onClick={() => forkFrom(desk, message.thread_id, message.id)}>
      <Icon name="fork" />
    </button>
  );
}
