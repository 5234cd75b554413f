// A long thread: ten thousand messages, scrolled from end to beginning without the page ever being busy for a tenth of a second.
import assert from "node:assert/strict";
import { newThread, say, signIn } from "../lib/browser.mjs";
import { tasks } from "../lib/busy.mjs";

const MESSAGES = 10_000;
const AT_ONCE = 32;
const BUSY_MS = 100;
/** As far as a very hard push of the wheel goes in one frame. */
const PUSH = 2400;

const words = (n) => {
  if (n % 7 === 0) return `message ${n}\n\n\`\`\`rust\nfn f${n}() -> u32 { ${n} }\n\`\`\`\n\n- one\n- two`;
  return n % 11 === 0 ? `message ${n} ${"with **many** words and `code` ".repeat(10)}` : `message ${n}`;
};

async function fill(page, server, thread) {
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  let next = 2;
  const worker = async () => {
    for (let n = next++; n <= MESSAGES; n = next++) {
      const reply = await fetch(`${server.url}/api/threads/${thread}/messages`, {
        method: "POST", headers: { cookie, origin: server.url, "content-type": "application/json" }, body: JSON.stringify({ text: words(n) }),
      });
      if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
      await reply.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The tasks that kept the main thread busy for too long while `work` went on. */
async function busy(page, work) {
  const took = await tasks(page, work);
  return took.filter((ms) => ms > BUSY_MS).map(Math.round);
}

async function push(page, by, until) {
  for (let frame = 0; frame < 4000; frame++) {
    await page.mouse.wheel(0, by);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    if (frame % 20 === 0 && await page.evaluate(until)) return;
  }
  throw new Error("the other end was never reached");
}

export default {
  async "ten thousand messages scroll smoothly from end to beginning and back"({ server, browser }) {
    const context = await browser.person();
    const page = await signIn(context, await server.link());
    const url = await newThread(page, "message 1");
    await page.locator(".msg[data-message]").waitFor();
    // Nobody watches the thread while it fills.
    await page.goto("about:blank");
    await fill(page, server, new URL(url).pathname.split("/").at(-1));
    await page.goto(url);
    await page.locator(`[data-seq="${MESSAGES}"]`).waitFor();
    await page.mouse.move(700, 400);

    const up = await busy(page, () => push(page, -PUSH, () => document.querySelector('[data-seq="1"]') !== null && document.querySelector(".main .scroll").scrollTop === 0));
    assert.ok(await page.locator("*").count() < 6000, "what is far away is not on the page");
    const down = await busy(page, () => push(page, PUSH, () => document.querySelector(".main .scroll").scrollTop > 60_000));
    assert.deepEqual(up, [], "fetching on the way");
    assert.deepEqual(down, [], "scrolling through what is here");

    const post = await busy(page, async () => {
      await say(page, "and one more");
      await page.locator(".msg[data-message]", { hasText: "and one more" }).waitFor();
    });
    assert.deepEqual(post, [], "posting into it");
    await page.goto(`${url}#m-5000`);
    await page.locator('[data-seq="5000"]').waitFor();
  },
};
