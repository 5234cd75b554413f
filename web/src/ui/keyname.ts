/** What a key is called on this machine. Owns the one question whether it is a Mac. */

export const isMac = /Mac|iP(hone|ad|od)/.test(globalThis.navigator?.platform ?? "");

/** The key that turns a letter into a command: on a Mac ⌘ and never Ctrl, which edits text there. */
export const isCommand = (event: { metaKey: boolean; ctrlKey: boolean }) => (isMac ? event.metaKey : event.ctrlKey);

/** `⌘K` as it is written here: `Ctrl K` elsewhere. */
export const keyName = (keys: string, mac = isMac): string =>
  mac ? keys : keys.replace(/⌘⇧(?=.)/, "Ctrl Shift ").replace(/⌘(?=.)/, "Ctrl ").replace(/⇧(?=.)/, "Shift ");
