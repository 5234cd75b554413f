// The browser and what every walk does in it. Owns contexts, and the complaints of the pages: a walk that ends with one failed.
import { chromium } from "playwright-core";

const PATH = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Whatever a walk waits for comes in this time, on a busy machine too. */
const PATIENCE_MS = 60_000;

export class Browser {
  #browser;
  #contexts = [];
  /** What pages said that they should not have. */
  complaints = [];

  static async launch() {
    const browser = new Browser();
    browser.#browser = await chromium.launch({
      executablePath: PATH, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    return browser;
  }

  /** A browser of its own: no cookies, no storage, no tabs of others. */
  async person(options = {}) {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    context.on("weberror", (error) => this.complaints.push(`error: ${error.error().message}`));
    context.on("console", (message) => {
      if (message.type() !== "error") return;
      // A refusal that a walk provokes is told by the browser itself; the walk looks at what the page makes of it.
      if (/^Failed to load resource/.test(message.text())) return;
      this.complaints.push(`console: ${message.text()}`);
    });
    this.#contexts.push(context);
    return context;
  }

  /** What stands on the open pages, for whoever reads about a failure. */
  async seen() {
    const pages = this.#contexts.flatMap((context) => context.pages());
    const told = pages.map(async (page) => `${page.url()}\n${await page.locator("body").innerText({ timeout: 2000 }).catch(() => "(nothing)")}`);
    return (await Promise.all(told)).map((text) => `a page showed: ${text.slice(0, 1500)}`).join("\n");
  }

  /** Closes what the walk opened, and gives back what its pages complained about. */
  async sweep() {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    return this.complaints.splice(0);
  }

  async close() {
    await this.#browser.close();
  }
}

/** Signs in with a link and waits for the page behind it. */
export async function signIn(context, link) {
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL(/\/chat/);
  await page.locator("#composer").waitFor();
  return page;
}

export async function newThread(page, text) {
  await page.goto(new URL("/chat", page.url()).href);
  await say(page, text);
  await page.waitForURL(/\/chat\/[0-9a-f-]+$/);
  return page.url();
}

export async function say(page, text) {
  await page.locator("#composer").fill(text);
  await page.locator("#composer").press("Enter");
}

/** Waits until the focus is on what has this id, this label or this class: it moves once what it moves to is drawn. */
export function focusIs(page, name) {
  return page.waitForFunction((wanted) => {
    const at = document.activeElement;
    return (at?.id || at?.getAttribute("aria-label") || at?.className) === wanted;
  }, name);
}

/** The thread that an address of the page shows. */
export const idOf = (url) => new URL(url).pathname.split("/").at(-1);

/** Sends a message past the composer, as a program does; the message. */
export function post(page, thread, body) {
  return send(page, `/api/threads/${thread}/messages`, body);
}

/** What a program would send from that page; its answer. */
export function send(page, path, body) {
  return page.evaluate(async ([to, data]) => {
    const reply = await fetch(to, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(data) });
    if (!reply.ok) throw new Error(`${to}: ${reply.status} ${await reply.text()}`);
    return reply.status === 204 ? null : reply.json();
  }, [path, body]);
}

/** The newest card, once it stands in that state. */
export async function turn(page, state) {
  const card = page.locator(`.turn[data-state="${state}"]`).last();
  await card.waitFor();
  return card;
}

/** The handle of an assistant that the demo plays, and that can do this if it must: not each tells its text as it comes. */
export async function demoHandle(page, can) {
  const reply = await page.request.get(new URL("/api/assistants", page.url()).href);
  const { items } = await reply.json();
  const ready = items.find(({ usable, state, capabilities }) => usable && state === "ready" && (!can || capabilities.includes(can)));
  if (!ready) throw new Error(`no assistant is ready: ${JSON.stringify(items.map(({ handle, state, message }) => ({ handle, state, message })))}`);
  return ready.handle;
}
