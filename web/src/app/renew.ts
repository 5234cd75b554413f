/**
 * A page that is older than its server: the parts of it that come later are not there any more. Owns that such a page is loaded
 * anew, once, and only where the server answers; drafts and unsent words are kept in the browser over that.
 */
const KEY = "switchboard.renewed";
/** Whatever is still missing after a fresh load is not mended by another. */
const AGAIN_MS = 60_000;

export function renewWhenUpgraded() {
  addEventListener("vite:preloadError", () => void renew());
}

async function renew() {
  try {
    if (Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < AGAIN_MS) return;
    const { ok } = await fetch("/", { cache: "no-store" });
    if (!ok) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
  } catch { /* without a server or a storage the page stays as it is, and says what is missing */ }
}
