// Waiting for what nobody announces: looks again and again until a deadline.
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 60_000;
const AGAIN_MS = 20;

/** The first truthy thing that `look` finds. */
export async function until(what, look) {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > giveUp) throw new Error(`waited in vain until ${what}`);
    await pause(AGAIN_MS);
  }
}
