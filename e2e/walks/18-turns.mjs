// What a turn did, beside its log: the plan, the files, what it ran with and used; and the turns of all threads in one place.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { demoHandle, newThread, say, signIn, turn } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";

const WIDE = { viewport: { width: 1280, height: 800 } };
const NARROW = { viewport: { width: 380, height: 800 } };
const WORK = [
  "change two files",
  'mock: plan "Look" "Change" "Tell" done=1 doing=1 ; patch add src/one.txt "a\\nb\\n" ; patch add src/two.txt "c\\n"',
  'mock: text "both are changed"',
].join("\n");

/** A direct thread with the assistant that asks. */
async function direct(page) {
  const handle = await demoHandle(page, "approvals");
  const thread = await page.evaluate(async (assistant) => {
    const settings = { permission: "standard" };
    const reply = await fetch("/api/threads", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ assistant, settings }) });
    return (await reply.json()).id;
  }, handle);
  await page.goto(new URL(`/chat/${thread}`, page.url()).href);
  await page.locator("#composer").waitFor();
  return thread;
}

async function readable(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`), [], what);
}

/** Waits until the card of a file is in the window. */
const inSight = (page, path) => page.waitForFunction((name) => {
  const box = [...document.querySelectorAll(".changes .diff")].find((one) => one.getAttribute("aria-label") === `Changes to ${name}`)?.getBoundingClientRect();
  return box !== undefined && box.top > 0 && box.bottom < innerHeight;
}, path);

export default {
  async "the plan, the files and the use of a turn stand beside its log, and not in it as well"({ server, browser }) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await signIn(await browser.person({ ...WIDE, colorScheme }), await server.link());
      await direct(page);
      await page.locator(".aside").getByText("Nothing was asked here yet").waitFor();
      await say(page, WORK);
      const done = await turn(page, "done");
      const aside = page.getByRole("complementary", { name: "Turn", exact: true });
      await aside.getByRole("list", { name: "Plan, 1 of 3 done" }).waitFor();
      await aside.getByText("Scripted, high").waitFor();
      await aside.getByText(/k of \d+k/).waitFor();
      await aside.locator(".limits").getByText("5 hours").waitFor();
      assert.equal(await done.locator(".turn-foot").isVisible(), false);
      assert.equal(await done.locator("[data-plan]").isVisible(), false);
      await readable(page, `the aside, ${colorScheme}`);

      await aside.getByRole("button", { name: /^two\.txt/ }).click();
      await inSight(page, "src/two.txt");
      // The focus goes along.
      await page.waitForFunction(() => document.activeElement.textContent.includes("src/two.txt"));

      // A key closes it, this browser remembers that, and what stood in it is in the log again.
      await page.locator("#composer").press("Escape");
      await page.keyboard.press("i");
      await aside.waitFor({ state: "detached" });
      await page.reload();
      await turn(page, "done");
      assert.equal(await aside.count(), 0);
      await done.locator(".turn-foot").waitFor();
      await done.locator("[data-plan]").waitFor();
      await done.hover();
      await done.getByRole("button", { name: "Details", exact: true }).click();
      await aside.getByText("Changed", { exact: true }).waitFor();
    }
  },

  async "the log does not move for what happens beside it"({ server, browser }) {
    const page = await signIn(await browser.person(WIDE), await server.link());
    await direct(page);
    await say(page, 'mock: text "so far" phase=commentary ; plan "One" "Two" doing=1 ; patch add one.txt "a\\n"\nmock: slow 200 chunks 20ms');
    const running = await turn(page, "running");
    await running.getByText("so far").waitFor();
    await page.evaluate(() => {
      window.lefts = new Set();
      const look = () => {
        const { left, width } = document.querySelector(".turn-main").getBoundingClientRect();
        window.lefts.add(`${left} ${width}`);
        requestAnimationFrame(look);
      };
      look();
    });
    await turn(page, "done");
    assert.equal(await page.evaluate(() => window.lefts.size), 1);
  },

  async "an earlier turn is looked at, over a reload, and the newest again"({ server, browser }) {
    const page = await signIn(await browser.person(WIDE), await server.link());
    await direct(page);
    await say(page, WORK);
    await turn(page, "done");
    await say(page, 'the second\nmock: text "nothing changed"');
    await page.locator('.turn[data-state="done"]').nth(1).waitFor();
    const aside = page.getByRole("complementary", { name: "Turn", exact: true });
    await aside.getByText("Changed", { exact: true }).waitFor({ state: "detached" });
    const first = page.locator(".turn").first();
    await first.hover();
    await first.getByRole("button", { name: "Details", exact: true }).click();
    await aside.getByText("Changed", { exact: true }).waitFor();
    await page.reload();
    await aside.getByText("Changed", { exact: true }).waitFor();
    await aside.getByRole("button", { name: "Newest" }).click();
    await aside.getByText("Changed", { exact: true }).waitFor({ state: "detached" });
  },

  async "the turns of all threads stand in one place, and follow what happens"({ server, browser }) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await signIn(await browser.person({ ...WIDE, colorScheme }), await server.link());
      const handle = await demoHandle(page, "approvals");
      await newThread(page, `@${handle} fail at this ${colorScheme}\nmock: status 429 resets_in=3600`);
      await turn(page, "failed");
      const address = await newThread(page, `@${handle} go on for long ${colorScheme}\nmock: text "so far" ; gate forever`);
      await turn(page, "running");
      await page.locator(".nav").getByText("Turns").click();
      await page.waitForURL(/\/turns$/);
      const running = page.locator(".turn-row", { hasText: `go on for long ${colorScheme}` });
      await running.getByText("Answering").waitFor();
      const failed = page.locator(".turn-row", { hasText: `fail at this ${colorScheme}` });
      await failed.getByText("rate_limited").waitFor();
      await page.locator(".nav .count", { hasText: "1" }).waitFor();
      await readable(page, `the turns, ${colorScheme}`);

      // One list of each, kept in the address.
      await page.getByRole("radio", { name: "Failed" }).click();
      await running.waitFor({ state: "detached" });
      await page.reload();
      await failed.waitFor();
      await page.getByRole("radio", { name: "Failed" }).press("ArrowLeft");
      await running.waitFor();
      await failed.waitFor({ state: "detached" });

      // What ends leaves the list of what runs by itself.
      await running.getByRole("button", { name: "Stop" }).click();
      await running.waitFor({ state: "detached" });
      await page.getByText("Nothing you can see runs now.").waitFor();
      await page.getByRole("radio", { name: "All" }).click();
      await running.getByText("Cancelled").waitFor();
      await running.getByRole("link").focus();
      await page.keyboard.press("j");
      await page.keyboard.press("k");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.href.startsWith(address));
      await turn(page, "cancelled");
    }
  },

  async "others see the turns of open threads, and those of a private one nowhere"({ server, browser }) {
    const page = await signIn(await browser.person(WIDE), await server.link());
    const handle = await demoHandle(page, "approvals");
    await newThread(page, `@${handle} between us\nmock: text "quietly"`);
    await turn(page, "done");
    const open = await page.evaluate(async () => {
      const reply = await fetch("/api/threads", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ visibility: "open" }) });
      return (await reply.json()).id;
    });
    await page.goto(new URL(`/chat/${open}`, page.url()).href);
    const other = await signIn(await browser.person(NARROW), await server.link({ handle: "passer", name: "Passer By" }));
    await other.goto(new URL("/turns", other.url()).href);
    await say(page, `@${handle} for everyone\nmock: text "so far" ; gate forever`);
    const row = other.locator(".turn-row", { hasText: "for everyone" });
    await row.getByText("Answering").waitFor();
    await row.getByText(/asked by/).waitFor();
    assert.equal(await row.getByRole("button", { name: "Stop" }).count(), 0, "one stops one's own");
    assert.equal(await other.getByText("between us").count(), 0);
    await readable(other, "the turns on a phone");
    await other.getByRole("radio", { name: "Mine" }).click();
    await row.waitFor({ state: "detached" });
    await page.keyboard.press("Control+.");
    await turn(page, "cancelled");
  },

  async "on a phone the details lie over the log, and the way back leads to it"({ server, browser }) {
    const page = await signIn(await browser.person({ ...NARROW, hasTouch: true }), await server.link());
    await direct(page);
    await say(page, WORK);
    const done = await turn(page, "done");
    await done.locator("[data-plan]").waitFor();
    await page.getByRole("button", { name: "More", exact: true }).tap();
    await page.getByRole("menuitem", { name: "Details of the turn" }).tap();
    const aside = page.getByRole("complementary", { name: "Turn", exact: true });
    await aside.getByText("Scripted, high").waitFor();
    assert.equal(await aside.getByRole("list", { name: /^Plan/ }).count(), 0, "on a phone the plan stays in the log");
    await readable(page, "the details on a phone");
    await page.goBack();
    await aside.waitFor({ state: "detached" });
    await page.goto(`${page.url()}?show=detail`);
    await aside.getByRole("button", { name: /^one\.txt/ }).tap();
    await aside.waitFor({ state: "detached" });
    await inSight(page, "src/one.txt");
  },

  async "a turn that waits for room says whose it is and what makes some, in its thread, in Turns and in the list"({ browser }) {
    const server = await Server.demo({ SWITCHBOARD_LIMITS__PER_PERSON: "1" });
    try {
      const page = await signIn(await browser.person(WIDE), await server.link());
      const handle = await demoHandle(page);
      const first = await newThread(page, `@${handle} go\nmock: text "At work." ; gate forever`);
      await (await turn(page, "running")).getByText("At work.").waitFor();
      await newThread(page, `@${handle} and this?\nmock: text "At last."`);
      const waits = await turn(page, "queued");
      await waits.getByText("1 of your turns is running. It begins when that ends.").waitFor();
      await page.locator(".rows .row", { hasText: `@${handle} waits: 1 of your turns is running` }).waitFor();
      await readable(page, "a turn that waits");
      await page.reload();
      await waits.getByText("1 of your turns is running.").waitFor();

      await waits.getByRole("link", { name: "What runs" }).click();
      await page.waitForURL(/\/turns\?state=running&mine=true$/);
      await page.locator(".turn-row", { hasText: "Waits: 1 of your turns is running." }).waitFor();
      await page.locator('.turn-row[data-state="running"]').getByRole("button", { name: "Stop" }).click();
      await page.locator('.turn-row[data-state="running"]').waitFor({ state: "detached" });
      await page.locator(".turn-row", { hasText: "Waits" }).waitFor({ state: "detached" });
      await page.goto(first);
      await turn(page, "cancelled");
    } finally {
      await server.end();
    }
  },
};
