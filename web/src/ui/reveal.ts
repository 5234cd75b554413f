/** Asks the log to bring something of it into sight and keep it there; whatever scrolls does it. Owns no state. */

const listeners = new Set<(element: Element) => void>();

export function reveal(element: Element) {
  for (const listener of listeners) listener(element);
}

export function onReveal(listener: (element: Element) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
