/** Light or dark, as it is now: by the person's choice, else the system's. For what is drawn in colours, such as diagrams. */
import { useSyncExternalStore } from "react";

const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

function subscribe(changed: () => void): () => void {
  dark?.addEventListener("change", changed);
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    dark?.removeEventListener("change", changed);
    chosen.disconnect();
  };
}

const now = () => document.documentElement.dataset["theme"] ?? (dark?.matches ? "dark" : "light");

export const useScheme = (): string => useSyncExternalStore(subscribe, now, () => "light");
