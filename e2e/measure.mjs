// Measures the page for `cargo xtask bench`: an answer in so many pieces, one a millisecond, through the real Codex CLI. Prints what it
// saw as one line of JSON and judges nothing.
//   SWITCHBOARD_BIN  the binary (built with the page)
//   PATH             with the native `codex` in it
import { Browser, demoHandle, newThread, signIn } from "./lib/browser.mjs";
import { tasks } from "./lib/busy.mjs";
import { Server } from "./lib/server.mjs";

const OVER_MS = 100;
const ANSWER_MS = 120_000;
const pieces = Number(process.argv[2]);

const server = await Server.demo();
const browser = await Browser.launch();
try {
  const page = await signIn(await browser.person(), await server.link());
  const handle = await demoHandle(page, "steers");
  // What loads later is here before it counts: the first answer brings it.
  await newThread(page, `@${handle} mock: deltas 20 every=1ms size=8`);
  await page.locator('.turn[data-state="done"]').last().waitFor({ timeout: ANSWER_MS });
  const took = await tasks(page, async () => {
    await page.locator("#composer").fill(`@${handle} mock: deltas ${pieces} every=1ms size=8`);
    await page.locator("#composer").press("Enter");
    await page.locator('.turn[data-state="done"]').nth(1).waitFor({ timeout: ANSWER_MS });
  });
  const complaints = await browser.sweep();
  if (complaints.length) throw new Error(`the page complained: ${complaints.join("; ")}`);
  console.log(JSON.stringify({ tasks: took.length, longest_ms: Math.max(...took), over_100_ms: took.filter((ms) => ms > OVER_MS).length }));
} finally {
  await browser.close();
  await server.end();
}
