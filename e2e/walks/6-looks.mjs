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
  await page.locator("#composer").fill("");
  await page.keyboard.press("Control+.");
  await turn(page, "cancelled");
  await look(page, `ended-${name}`);
  for (const section of ["profile", "people", "assistants", "tokens", "sessions", "health", "audit"]) {
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
    const page = await signIn(await browser.person(options), await server.link());
    await screens(page, await demoHandle(page), name, server.url);
  },
]));
