// Makes the pictures of the documents: real servers in a real browser, light and dark, wide and narrow. `npm run pictures`, after the
// binary was built with the page; what changed is then looked at and committed.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Browser, newThread, say, signIn, turn } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

const PICTURES = fileURLToPath(new URL("../docs/user/pictures/", import.meta.url));
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 380, height: 800 } };
const SLOW = "take it slow, I want to see it arrive";

async function picture(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${PICTURES}${name}.png`, animations: "disabled" });
}

/** What a new user sees on a machine of their own: nobody signed in to anything. */
async function firstMinutes(server, browser, look, as) {
  const outside = await (await browser.person(look)).newPage();
  await outside.goto(`${server.url}/sign-in`);
  await outside.getByRole("heading").first().waitFor();
  await picture(outside, `sign-in-${as}`);
  const page = await signIn(await browser.person(look), await server.link());
  await page.locator(".found li").first().waitFor();
  await page.locator("button:enabled", { hasText: "Look again" }).waitFor();
  await picture(page, `empty-${as}`);
}

/** Work with assistants, as the demo plays it. */
async function work(server, browser, look, as) {
  const page = await signIn(await browser.person(look), await server.link());
  await newThread(page, "@chatgpt @gemini what is 2+2?");
  await page.locator('.turn[data-state="done"]').nth(1).waitFor({ timeout: 60_000 });
  await say(page, `@chatgpt now ${SLOW}`);
  await (await turn(page, "running")).getByText("Part 2").waitFor({ timeout: 60_000 });
  await picture(page, `streaming-${as}`);
  await page.keyboard.press("Control+.");
  await turn(page, "cancelled");
  await newThread(page, "@chatgpt summarise the week\nmock: status 429 resets_in=3600");
  await turn(page, "failed");
  await picture(page, `failure-${as}`);
  await page.goto(`${server.url}/settings/assistants`);
  await page.locator(".card").first().waitFor();
  await page.locator(".loading").waitFor({ state: "detached" });
  await picture(page, `settings-${as}`);
}

/** The one picture of the README, twice as sharp. */
async function thread(server, browser, colorScheme) {
  const look = { colorScheme, viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 };
  const page = await signIn(await browser.person(look), await server.link());
  await newThread(page, "@chatgpt @gemini what is 2+2?");
  await page.locator('.turn[data-state="done"]').nth(1).waitFor({ timeout: 60_000 });
  await say(page, "@chatgpt and which files do you see? list them");
  // Under Read only each command is asked about.
  await page.locator(".ask.waiting").getByRole("button", { name: "Accept", exact: true }).click({ timeout: 60_000 });
  await page.locator('.turn[data-state="done"]').nth(2).waitFor({ timeout: 60_000 });
  await say(page, `@chatgpt now ${SLOW}`);
  await (await turn(page, "running")).getByText("Part 2").waitFor({ timeout: 60_000 });
  await picture(page, `thread-${colorScheme}`);
  await page.keyboard.press("Control+.");
  await turn(page, "cancelled");
}

await mkdir(PICTURES, { recursive: true });
const browser = await Browser.launch();
try {
  for (const colorScheme of ["light", "dark"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      // A server of its own for each, so that no picture shows what was done for another.
      for (const [start, walk] of [[() => Server.plain(), firstMinutes], [() => Server.demo(), work]]) {
        const server = await start();
        try {
          await walk(server, browser, { colorScheme, viewport }, `${size}-${colorScheme}`);
        } finally {
          await browser.sweep();
          await server.end();
        }
      }
    }
    const server = await Server.demo();
    try {
      await thread(server, browser, colorScheme);
    } finally {
      await browser.sweep();
      await server.end();
    }
  }
} finally {
  await browser.close();
}
