/** Where a link of foreign text may lead. Pure. */

export interface Destination { href: string; host: string | null }

/** Null for everything but web and mail addresses. Relative links would lead into this page, so they lead nowhere. */
export function destination(href: string): Destination | null {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return null;
  }
  if (url.protocol === "https:" || url.protocol === "http:") return { href: url.href, host: url.host };
  if (url.protocol === "mailto:") return { href: url.href, host: null };
  return null;
}
