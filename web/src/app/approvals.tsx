/** Approvals with what another feature hands them. Loaded when they are first opened. */
import { Inbox } from "../features/approvals/Inbox";
import { Before } from "../features/turn/Before";

export const Approvals = () => <Inbox drawBefore={({ turn_id, asked_at }) => <Before turn={turn_id} at={asked_at} />} />;
