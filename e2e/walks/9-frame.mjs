// Everything around the log by keyboard alone: search, commands, lists, members, menus, and the ways back.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { demoHandle, focusIs, newThread, say, signIn, turn } from "../lib/browser.mjs";

/** The ways of a person without a pointer: nothing here clicks. */
const picked = (page) => page.locator('.palette [role="option"][aria-selected="true"]').innerText();

async function palette(page, text) {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Search and commands" }).waitFor();
  await page.keyboard.type(text);
}

/** Nothing serious, whatever lies over the page. */
async function readable(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`), [], what);
}

export default {
  async "what lies over the page is readable by everyone, in the light and in the dark"({ server, browser }) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await signIn(await browser.person({ colorScheme }), await server.link());
      await newThread(page, "something to look over");
      await page.locator(".msg[data-message]").waitFor();
      await palette(page, "look");
      await page.locator(".palette .two").first().waitFor();
      await readable(page, `the palette, ${colorScheme}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /^Members/ }).press("Enter");
      await page.getByRole("dialog", { name: /^Members/ }).waitFor();
      await readable(page, `the members, ${colorScheme}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Share or export" }).press("Enter");
      await page.getByRole("menuitem").first().waitFor();
      await readable(page, `a menu, ${colorScheme}`);
      await page.keyboard.press("Escape");
      await page.locator("#composer").press("Escape");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
      await readable(page, `the keys, ${colorScheme}`);
    }
  },

  async "a message is found by its words and shown where it stands"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const address = await newThread(page, "the pelican keeps its fish");
    await page.evaluate(async (thread) => {
      for (let n = 2; n <= 130; n++) {
        await fetch(`/api/threads/${thread}/messages`, {
          method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: n === 20 ? "a Čapek of robots" : `filler ${n}` }),
        });
      }
    }, new URL(address).pathname.split("/").at(-1));
    await newThread(page, "somewhere else");

    await palette(page, "capek rob");
    const hit = page.locator(".palette .two", { hasText: "Čapek" });
    await hit.waitFor();
    assert.deepEqual(await hit.locator("mark").allInnerTexts(), ["Čapek", "robots"]);
    while (!(await picked(page)).includes("Čapek")) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${address}#m-20`);
    const found = page.locator('[data-seq="20"]');
    await found.waitFor();
    await page.waitForFunction(() => {
      const { top, bottom } = document.querySelector('[data-seq="20"]')?.getBoundingClientRect() ?? { top: -1, bottom: -1 };
      return top > 48 && bottom < innerHeight - 100;
    });
    assert.equal(await page.locator('[data-seq="130"]').count(), 0, "only the surroundings were loaded");
    // The way to the end leads over the newest messages.
    await page.getByRole("button", { name: "To the newest" }).press("Enter");
    await page.locator('[data-seq="130"]').waitFor();

    // The address alone does the same, after a reload too.
    await page.goto(`${address}#m-20`);
    await page.reload();
    await found.waitFor();
  },

  async "search stays in one thread until it is let out"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "walrus in the one");
    const two = await newThread(page, "walrus in the other");
    await page.locator(".msg", { hasText: "walrus in the other" }).waitFor();
    await page.getByRole("button", { name: "Search in this thread" }).press("Enter");
    await page.keyboard.type("walrus");
    await page.locator(".palette .two").waitFor();
    assert.equal(await page.locator(".palette .two").count(), 1);
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Backspace");
    await page.keyboard.type("walrus");
    await page.locator(".palette .two").nth(1).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(page.url(), two);
    // The focus is back where it was.
    await focusIs(page, "Search in this thread");
  },

  async "every command can be reached by its words"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await palette(page, "sett ass");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/settings\/assistants$/);
    await palette(page, `ask ${handle}`);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/chat$/);
    await page.waitForFunction((text) => document.querySelector("#composer")?.value === text, `@${handle} `);
    await page.locator("#composer").fill("");
    await page.locator("#composer").press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.keyboard.press("Escape");
    await palette(page, "zzzz");
    await page.getByText("Nothing has these words").waitFor();
    await page.keyboard.press("Escape");
  },

  async "the Tab key goes from the skip link over the threads and the bar to the composer"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "the way of the Tab key");
    await page.locator(".msg[data-message]").waitFor();
    await page.locator("#composer").focus();
    const way = [];
    const name = () => page.evaluate(() => {
      const at = document.activeElement;
      return at?.classList[0] === "row" ? "row" : (at?.getAttribute("aria-label") || at?.textContent || "").trim();
    });
    while (way.at(-1) !== "To the composer" && way.length < 120) {
      await page.keyboard.press("Shift+Tab");
      way.push(await name());
    }
    const places = ["To the composer", "New thread (C)", "row", "Settings", "the way of the Tab key", "Search in this thread", "More"];
    const order = places.map((place) => way.toReversed().indexOf(place));
    assert.ok(order.every((at, n) => at >= 0 && (n === 0 || at > order[n - 1])), `${order}: ${way.toReversed().join(" / ")}`);
    await page.keyboard.press("Enter");
    await focusIs(page, "composer");
  },

  async "letters in a field are text"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const address = await newThread(page, "typing is not commanding");
    await page.locator(".msg[data-message]").waitFor();
    await page.locator("#composer").pressSequentially("cjk?gsga");
    assert.equal(await page.locator("#composer").inputValue(), "cjk?gsga");
    assert.equal(page.url(), address);
    await page.locator("#composer").fill("");
  },

  async "a thread is named, opened, shared and put away without a pointer"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "to be handled");
    await page.getByRole("button", { name: "More", exact: true }).press("Enter");
    await page.waitForFunction(() => document.activeElement?.textContent === "Rename");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Handled by keys");
    await page.keyboard.press("Enter");
    await page.locator(".bar h1", { hasText: "Handled by keys" }).waitFor();

    await page.getByRole("button", { name: "Who sees it: Private" }).press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Who sees it: Open to everyone" }).waitFor();

    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Share or export" }).press("Enter");
    await page.keyboard.press("Enter");
    await page.getByText("Link copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
    await page.getByRole("button", { name: "Share or export" }).press("Enter");
    await page.keyboard.press("ArrowDown");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    assert.match(saved.suggestedFilename(), /\.md$/);
    await saved.delete();

    await page.getByRole("button", { name: /^Members/ }).press("Enter");
    await page.getByRole("dialog", { name: /^Members/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await focusIs(page, "faces-btn");
  },

  async "an address is reached after signing in, with the message it points to"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const address = await newThread(page, "the one that was linked");
    const other = await (await browser.person()).newPage();
    await other.goto(`${address}#m-1`);
    await other.getByText("Sign in with a link").waitFor();
    await other.goto(await server.link());
    await other.waitForURL(`${address}#m-1`);
    await other.locator('[data-seq="1"]', { hasText: "the one that was linked" }).waitFor();
  },

  async "what waits for somebody stands first, and older threads come as they are reached"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, `@${handle} go\nmock: text "Working on it." ; gate forever`);
    const running = page.locator('.row[data-state="running"]').first();
    await running.getByText(`@${handle} is answering`).waitFor();
    await page.keyboard.press("Control+.");
    await turn(page, "cancelled");
    await running.waitFor({ state: "detached" });

    await page.evaluate(async () => {
      for (let n = 1; n <= 70; n++) {
        await fetch("/api/threads", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ title: `one of many ${n}` }) });
      }
    });
    await page.reload();
    await page.locator(".row").first().waitFor();
    const before = await page.locator(".row").count();
    await page.locator(".side .scroll").evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await page.waitForFunction((had) => document.querySelectorAll(".row").length > had, before);
    await say(page, "still here");
  },

  async "a page that is older than its server is loaded anew, once, and keeps what was written"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "before the upgrade");
    await page.locator(".msg[data-message]").waitFor();
    await page.locator("#composer").fill("half a thought");
    let missing = 1;
    await page.route(/\/assets\/settings-.*\.js/, (route) => (missing-- > 0 ? route.fulfill({ status: 404 }) : route.continue()));
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Assistants" }).first().waitFor();
    await page.goBack();
    await page.waitForFunction(() => document.querySelector("#composer")?.value === "half a thought");

    // What is not there after that either is told, with the way on in the person's hand.
    missing = Infinity;
    await page.reload();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Load the page again" }).waitFor();
    assert.notEqual(browser.complaints.splice(0).length, 0, "each is told in the console");
  },

  async "an address that is nothing says so in the page, and leads back"({ server, browser }) {
    const context = await browser.person();
    const page = await signIn(context, await server.link());
    for (const path of ["/nowhere", "/nowhere/at/all"]) {
      const answer = await page.goto(`${server.url}${path}`);
      assert.equal(answer.status(), 404);
      await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    }
    await page.getByRole("link", { name: "To the threads" }).click();
    await page.waitForURL(/\/chat$/);
    const asked = await context.request.get(`${server.url}/nowhere`, { headers: { accept: "application/json" } });
    assert.deepEqual([asked.status(), (await asked.json()).code], [404, "not_found"]);
    // Who is not signed in is asked for that first.
    const stranger = await (await browser.person()).newPage();
    await stranger.goto(`${server.url}/nowhere`);
    await stranger.waitForURL(/\/sign-in/);
  },
};
