// Makes the pictures of the documents: the demo in a real browser, light and dark. `npm run pictures`, after the binary was built
// with the page; what changed is then looked at and committed.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Browser, demoHandle, newThread, say, signIn, turn } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

const PICTURES = fileURLToPath(new URL("../docs/user/pictures/", import.meta.url));

async function picture(server, browser, colorScheme) {
  const page = await signIn(await browser.person({ colorScheme, deviceScaleFactor: 2 }), await server.link());
  const handle = await demoHandle(page);
  await newThread(page, `@${handle} what is 2+2?`);
  await turn(page, "done");
  await say(page, `@${handle} and which files do you see? list them`);
  await page.locator('.turn[data-state="done"]').nth(1).waitFor({ timeout: 60_000 });
  await say(page, `@${handle} now take it slow, I want to see it arrive`);
  await (await turn(page, "running")).getByText("Part 2").waitFor({ timeout: 60_000 });
  await page.screenshot({ path: `${PICTURES}thread-${colorScheme}.png`, animations: "disabled" });
  await page.keyboard.press("Control+.");
  await turn(page, "cancelled");
}

await mkdir(PICTURES, { recursive: true });
const server = await Server.demo();
const browser = await Browser.launch();
try {
  for (const colorScheme of ["light", "dark"]) await picture(server, browser, colorScheme);
} finally {
  await browser.close();
  await server.end();
}
