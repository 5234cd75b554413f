/** Branching off in the page: where a fork leads, and what sending a changed message again will do. */
import type { Id, Turn } from "../../api/types";
import type { Desk } from "../../state/desk";
import { chatPath, go } from "../../ui/route";
import { attempt } from "../../ui/Toasts";

/** Messages from which a fork is under way: a second click makes no second one. */
const forking = new Set<Id>();

/** Opens a fork that begins with what was said up to this message, and goes there. */
export function forkFrom(desk: Desk, thread: Id, message: Id) {
  if (forking.has(message)) return;
  forking.add(message);
  const forked = desk.fork(thread, message).finally(() => forking.delete(message));
  attempt(forked.then((fork) => go(chatPath(fork.id))));
}

/** A message that was answered is never overwritten: its new words stand in a fork that begins before it. */
export const staysAsItIs = (message: Id, turns: Record<Id, Turn>): boolean =>
  Object.values(turns).some((turn) => turn.message_id === message && turn.state === "done");
