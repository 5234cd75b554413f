// How it looks and reads: pictures of each screen in target/pictures, and no serious finding of axe on any of them.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { demoHandle, newThread, say, signIn, turn } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";

const PICTURES = fileURLToPath(new URL("../../target/pictures/", import.meta.url));
const looks = [
  { name: "wide-light", viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  { name: "wide-dark", viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  { name: "narrow-light", viewport: { width: 380, height: 800 }, colorScheme: "light" },
  { name: "narrow-dark", viewport: { width: 380, height: 800 }, colorScheme: "dark" },
];

async function look(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${PICTURES}${name}.png`, animations: "disabled" });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join("\n  ")}`);
  assert.deepEqual(told, [], name);
}

/** Before anybody is known. */
async function door(context, name, url) {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByText("Sign in with a link").waitFor();
  await look(page, `sign-in-${name}`);
  await page.close();
}

/** What was not sent, and no connection. */
async function troubles(page, name) {
  await page.route("**/messages", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await say(page, "words that do not arrive");
  await page.locator(".msg", { hasText: "words that do not arrive" }).getByRole("button", { name: "Retry" }).waitFor();
  await look(page, `not-sent-${name}`);
  await page.unroute("**/messages");
  await page.context().setOffline(true);
  await page.locator(".link-line", { hasText: "Not connected" }).waitFor();
  await look(page, `offline-${name}`);
  await page.context().setOffline(false);
  await page.locator(".link-line").waitFor({ state: "detached" });
}

/** What opens over a thread. */
async function over(page, name) {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Search and commands" }).getByRole("option").first().waitFor();
  await look(page, `palette-${name}`);
  await page.keyboard.press("Escape");
  const wide = page.viewportSize().width >= 700;
  if (wide) {
    await page.getByRole("button", { name: "Share or export" }).click();
    await page.getByRole("menuitem", { name: "Export as JSON" }).waitFor();
    await look(page, `export-${name}`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Members/ }).click();
    await page.locator(".members li").first().waitFor();
    await look(page, `members-${name}`);
    await page.keyboard.press("Escape");
  } else {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Members", exact: true }).waitFor();
    await look(page, `export-${name}`);
    await page.getByRole("menuitem", { name: "Members", exact: true }).click();
    await page.getByRole("dialog", { name: "Members" }).waitFor();
    await look(page, `members-${name}`);
    await page.keyboard.press("Escape");
  }
  await page.keyboard.press("Escape");
}

/** Work that asks, in a direct thread: the card, the bar and the facts beside it, and the same once it is over. */
async function work(page, name, url) {
  const assistant = await demoHandle(page, "approvals");
  const thread = await page.evaluate(async (handle) => {
    const body = JSON.stringify({ assistant: handle, settings: { permission: "standard", effort: "high" } });
    const reply = await fetch("/api/threads", { method: "POST", headers: { "content-type": "application/json" }, body });
    return (await reply.json()).id;
  }, assistant);
  await page.goto(`${url}/chat/${thread}`);
  await say(page, [
    "Honour Retry-After, seconds and dates.",
    'mock: reason "**Looking around**" ; plan "Find where errors become ours" "Read seconds and dates" "Test it" done=1 doing=1',
    'mock: patch add src/retry_after.rs "fn wait() {\\n    now()\\n}\\n"',
    'mock: text "Now the tests." phase=commentary ; shell "cargo update -p httpdate" escalate=1 reason="The test needs httpdate 1.0.3"',
    'mock: text "It is done."',
  ].join("\n"));
  await page.locator(".ask.waiting").waitFor();
  await look(page, `asks-${name}`);
  await page.goto(`${url}/approvals`);
  await page.locator(".item").first().waitFor();
  await look(page, `approvals-${name}`);
  await page.goto(`${url}/chat/${thread}`);
  await page.locator(".ask.waiting").getByRole("button", { name: "Decline", exact: true }).click();
  await turn(page, "done");
  await page.locator(".msg", { hasText: "It is done." }).first().waitFor();
  await page.goto(`${url}/chat/${thread}?show=detail`);
  await page.locator(".aside").getByText("Network").waitFor();
  await look(page, `facts-${name}`);
  await page.goto(`${url}/turns`);
  await page.locator(".turn-row").first().waitFor();
  await look(page, `turns-${name}`);
  await page.goto(`${url}/nowhere`);
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  await look(page, `nowhere-${name}`);
}

/** A server of one's own on which nobody is signed in to anything. */
async function first(browser, name, options) {
  const server = await Server.plain();
  try {
    const page = await signIn(await browser.person(options), await server.link());
    const offer = page.getByRole("button", { name: "Try it without an account" });
    await offer.waitFor();
    await page.locator("button:enabled", { hasText: "Look again" }).waitFor();
    await look(page, `first-${name}`);
    const hidden = await offer.evaluate((button) => {
      const { top, bottom } = button.getBoundingClientRect();
      return top < 0 || bottom > document.querySelector(".dock").getBoundingClientRect().top;
    });
    assert.equal(hidden, false, "the way in without an account is in sight");
    await page.getByRole("button", { name: "Sign in with ChatGPT" }).click();
    await page.getByRole("dialog", { name: "Sign in with ChatGPT" }).getByRole("button", { name: "Show a code" }).waitFor();
    await look(page, `sign-in-dialog-${name}`);
    await page.goto(`${server.url}/settings/models`);
    await page.getByRole("button", { name: "Add a key" }).first().click();
    await page.getByLabel("API key").waitFor();
    await look(page, `signed-out-${name}`);
  } finally {
    await server.end();
  }
}

async function drawer(page, name) {
  await page.getByRole("button", { name: /^Threads/ }).click();
  await page.waitForFunction(() => document.querySelector(".side").getAnimations().length === 0);
  await look(page, `drawer-${name}`);
  await page.keyboard.press("Escape");
}

async function screens(page, handle, name, url) {
  await page.goto(`${url}/chat`);
  await page.locator(".found li").first().waitFor();
  await look(page, `start-${name}`);
  await newThread(page, `@${handle} what is 2+2?`);
  await turn(page, "done");
  await say(page, `@${handle} go\nmock: status 429 resets_in=3600`);
  await turn(page, "failed");
  await say(page, `@${handle} go\nmock: reason "**Looking around**" ; text "The long way to an answer, with \`code\`." ; gate forever`);
  await (await turn(page, "running")).getByText("The long way").waitFor();
  await page.locator("#composer").pressSequentially("And @");
  await page.getByRole("listbox", { name: "Mention" }).waitFor();
  await look(page, `chat-${name}`);
  await say(page, "and these words wait");
  await page.locator(".queue").getByText("1 queued").waitFor();
  await page.locator(".compose input[type=file]").setInputFiles([
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("some notes") },
    { name: "program.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2]) },
  ]);
  await page.locator('.file-chip[data-state="done"]').waitFor();
  await page.locator('.file-chip[data-state="failed"]').waitFor();
  await look(page, `queue-${name}`);
  await page.locator('.file-chip[data-state="failed"]').getByRole("button", { name: /^Remove/ }).click();
  await page.keyboard.press("Control+.");
  await turn(page, "cancelled");
  await look(page, `ended-${name}`);
  if (page.viewportSize().width < 700) await drawer(page, name);
  await over(page, name);
  await troubles(page, name);
  for (const section of ["profile", "people", "assistants", "models", "tools", "tokens", "sessions", "health", "audit"]) {
    await page.goto(`${url}/settings/${section}`);
    await page.locator(".card").first().waitFor();
    await page.locator(".loading").waitFor({ state: "detached" });
    await look(page, `settings-${section}-${name}`);
  }
}

const walks = looks.flatMap(({ name, ...options }) => [
  [`every screen is whole and readable, ${name}`, async ({ server, browser }) => {
    await mkdir(PICTURES, { recursive: true });
    const context = await browser.person(options);
    await door(context, name, server.url);
    const page = await signIn(context, await server.link());
    await server.link({ handle: `mara-${name}`, name: "Mara Okafor" });
    await screens(page, await demoHandle(page), name, server.url);
  }],
  [`what asks, what it did, and the first page are whole and readable, ${name}`, async ({ server, browser }) => {
    await mkdir(PICTURES, { recursive: true });
    await work(await signIn(await browser.person(options), await server.link()), name, server.url);
    await first(browser, name, options);
  }],
]);

export default Object.fromEntries(walks);
