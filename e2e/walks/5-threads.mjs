// The list: naming, archiving, deleting, direct threads, and the keys.
import assert from "node:assert/strict";
import { demoHandle, focusIs, newThread, say, signIn, turn } from "../lib/browser.mjs";

export default {
  async "a thread is renamed, archived, brought back and deleted"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "to be renamed");
    const menu = async (action) => {
      await page.getByRole("button", { name: "More", exact: true }).click();
      await page.getByRole("menuitem", { name: action }).click();
    };
    await menu("Rename");
    await page.getByLabel("Title").fill("The new name");
    await page.getByLabel("Title").press("Enter");
    const row = page.locator(".row", { hasText: "The new name" });
    await row.waitFor();

    await menu("Archive");
    await row.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Archived threads" }).click();
    await row.click();
    await menu("Bring back");
    await row.waitFor();

    await menu("Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
    await page.waitForURL(/\/chat$/);
  },

  async "earlier messages come in above without moving what is read"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const thread = new URL(await newThread(page, "message 1")).pathname.split("/").at(-1);
    await page.locator(".msg[data-message]").waitFor();
    await page.evaluate(async (id) => {
      for (let n = 2; n <= 70; n++) {
        await fetch(`/api/threads/${id}/messages`, {
          method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: `message ${n}` }),
        });
      }
    }, thread);
    await page.reload();
    await page.locator(".msg", { hasText: /message 70$/ }).waitFor();
    const messages = page.locator(".msg[data-message]");
    const before = await messages.count();
    assert.ok(before < 70, `${before} messages at first`);
    let letGo = () => {};
    const held = new Promise((resolve) => {
      letGo = resolve;
    });
    await page.route("**/messages?before=*", async (route) => {
      await held;
      await route.continue();
    });
    // Where something stands is what was painted: two frames later.
    await page.locator(".main .scroll").evaluate((box) => new Promise((painted) => {
      box.scrollTop = 200;
      requestAnimationFrame(() => requestAnimationFrame(painted));
    }));
    const read = await page.locator(".msg", { hasText: /message 27$/ }).elementHandle();
    const place = async () => Math.round((await read.boundingBox())?.y ?? 0);
    const was = await place();
    letGo();
    await page.waitForFunction(() => document.querySelector(".main .scroll").scrollTop > 600);
    await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
    assert.equal(await place(), was, "the message that was read stayed where it was");
    await page.locator(".main .scroll").evaluate((box) => {
      box.scrollTop = 0;
    });
    await page.locator(".msg", { hasText: /message 1$/ }).waitFor();
  },

  async "in a direct thread every message is answered"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await page.getByRole("button", { name: "Who answers" }).click();
    await page.getByRole("menuitemradio", { name: `@${handle} answers every message` }).click();
    await say(page, "what is 2+2?");
    await page.waitForURL(/\/chat\/[0-9a-f-]+$/);
    await (await turn(page, "done")).locator("strong", { hasText: "2 + 2 = 4" }).waitFor();
    await page.getByText(`Direct with @${handle}`).waitFor();
  },

  async "the keys do what their list says"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "one of two");
    await newThread(page, "two of two");
    await page.locator(".msg", { hasText: "two of two" }).waitFor();
    await page.locator("#composer").press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.locator(".msg", { hasText: "one of two" }).waitFor();
    await page.locator("#composer").press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Stop what runs in this thread").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("c");
    await page.waitForURL(/\/chat$/);
    await focusIs(page, "composer");
    await page.locator("#composer").press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.waitForURL(/\/settings\/assistants$/);
  },
};
