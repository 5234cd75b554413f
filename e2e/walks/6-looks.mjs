// How it looks and reads: pictures of each screen in target/pictures, and no serious finding of axe on any of them.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { demoHandle, newThread, say, signIn, turn } from "../lib/browser.mjs";

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
  await page.locator(".link-line").waitFor({ state: "detached", timeout: 30_000 });
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
  await troubles(page, name);
  for (const section of ["profile", "people", "assistants", "tools", "tokens", "sessions", "health", "audit"]) {
    await page.goto(`${url}/settings/${section}`);
    await page.locator(".card").first().waitFor();
    await page.locator(".loading").waitFor({ state: "detached" });
    await look(page, `settings-${section}-${name}`);
  }
}

export default Object.fromEntries(looks.map(({ name, ...options }) => [
  `every screen is whole and readable, ${name}`,
  async ({ server, browser }) => {
    await mkdir(PICTURES, { recursive: true });
    const context = await browser.person(options);
    await door(context, name, server.url);
    const page = await signIn(context, await server.link());
    await screens(page, await demoHandle(page), name, server.url);
  },
]));
