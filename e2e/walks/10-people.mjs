// Two people in two browsers, and one whose line breaks.
import assert from "node:assert/strict";
import { newThread, say, signIn } from "../lib/browser.mjs";

export const everyDatabase = true;

let count = 0;
/** Two people in one thread, each in a browser of their own. */
async function two({ server, browser }) {
  count += 1;
  const handle = `jo${Date.now() % 1_000_000}${count}`;
  const one = await signIn(await browser.person(), await server.link());
  const other = await signIn(await browser.person(), await server.link({ handle, name: "Jonas Lindqvist" }));
  const address = await newThread(one, "for the two of us");
  await one.locator(".msg[data-message]").waitFor();
  await one.getByRole("button", { name: /^Members/ }).click();
  await one.getByPlaceholder("Add somebody").fill(handle);
  await one.getByRole("option", { name: /Jonas/ }).waitFor();
  await one.getByPlaceholder("Add somebody").press("Enter");
  await one.locator(".members li", { hasText: `@${handle}` }).waitFor();
  await one.keyboard.press("Escape");
  return { one, other, address, handle };
}

export default {
  async "who is added sees the thread at once, unread, and reading it is told everywhere"(around) {
    const { one, other, address } = await two(around);
    const row = other.locator(".row", { hasText: "for the two of us" });
    await row.waitFor();
    await other.waitForFunction(() => document.title.startsWith("(1) "));
    assert.match(await row.getAttribute("class"), /is-unread/);
    assert.match(await row.getByRole("img").getAttribute("aria-label"), /1 unread/);

    // The same person elsewhere: reading here is reading there.
    const elsewhere = await other.context().newPage();
    await elsewhere.goto(`${around.server.url}/chat`);
    await elsewhere.locator(".row.is-unread", { hasText: "for the two of us" }).waitFor();
    await other.goto(address);
    await other.locator(".msg", { hasText: "for the two of us" }).waitFor();
    await other.waitForFunction(() => !document.title.startsWith("("));
    await elsewhere.locator(".row:not(.is-unread)", { hasText: "for the two of us" }).waitFor();

    await say(one, "and some more");
    await elsewhere.locator(".row", { hasText: "and some more" }).waitFor();
    await other.locator(".msg", { hasText: "and some more" }).waitFor();
    await elsewhere.locator(".row:not(.is-unread)", { hasText: "and some more" }).waitFor();
    await other.reload();
    await other.locator(".row:not(.is-unread)", { hasText: "and some more" }).waitFor();
  },

  async "each sees that the other is here and writes"(around) {
    const { one, other, address } = await two(around);
    await other.goto(address);
    await other.locator(".msg", { hasText: "for the two of us" }).waitFor();
    await one.locator(".faces .face.here").waitFor();
    // A tab that joins later hears it from the one that holds the stream.
    const later = await one.context().newPage();
    await later.goto(address);
    await later.locator(".faces .face.here").waitFor();
    await later.close();
    await other.locator("#composer").pressSequentially("hm");
    await one.locator(".typing-line", { hasText: "Jonas is typing" }).waitFor();
    // What was only begun is forgotten when nothing more comes.
    await one.waitForFunction(() => document.querySelector(".typing-line")?.textContent === "");
    await other.locator("#composer").pressSequentially("mm");
    await one.locator(".typing-line", { hasText: "Jonas is typing" }).waitFor();
    await other.locator("#composer").press("Enter");
    await one.locator(".msg", { hasText: "hmmm" }).waitFor();
    await one.waitForFunction(() => document.querySelector(".typing-line")?.textContent === "");
    await other.context().close();
    await one.locator(".faces .face.here").waitFor({ state: "detached" });
  },

  async "who leaves does not see it any more, and who is removed neither"(around) {
    const { one, other, address, handle } = await two(around);
    await other.goto(address);
    await other.locator(".msg", { hasText: "for the two of us" }).waitFor();
    await other.getByRole("button", { name: /^Members/ }).click();
    await other.getByRole("button", { name: "Leave" }).click();
    await other.waitForURL(/\/chat$/);
    await other.locator(".row", { hasText: "for the two of us" }).waitFor({ state: "detached" });
    await one.getByRole("button", { name: /^Members/ }).click();
    await one.locator(".members li", { hasText: `@${handle}` }).waitFor({ state: "detached" });

    // Whoever looks at the closed door sees it open, and close again.
    await other.goto(address);
    await other.getByText("There is no such thread here").waitFor();
    await one.getByPlaceholder("Add somebody").fill(handle);
    await one.getByPlaceholder("Add somebody").press("Enter");
    await other.locator(".msg", { hasText: "for the two of us" }).waitFor();
    await one.getByRole("button", { name: "Remove Jonas Lindqvist" }).click();
    await other.getByText("There is no such thread here").waitFor();
    await other.locator(".row", { hasText: "for the two of us" }).waitFor({ state: "detached" });
  },

  async "a note is shown only to somebody who does not look, and asked for only by hand"(around) {
    const { one, other, address, handle } = await two(around);
    const context = other.context();
    await context.addInitScript(() => {
      window.shown = [];
      window.asked = 0;
      window.Notification = class {
        static permission = localStorage.getItem("test.permission") ?? "default";
        static async requestPermission() {
          window.asked += 1;
          localStorage.setItem("test.permission", "granted");
          this.permission = "granted";
          return "granted";
        }
        constructor(title, options) {
          window.shown.push({ title, body: options.body });
        }
        close() {}
      };
    });
    await other.goto(`${around.server.url}/settings/profile`);
    const button = other.getByRole("button", { name: "Allow notifications" });
    await button.waitFor();
    assert.equal(await other.evaluate(() => window.asked), 0);
    await button.click();
    await other.getByRole("switch", { name: "Mentioned" }).waitFor();

    await say(one, `@${handle} you are looking, so nothing is shown`);
    await other.goto(`${around.server.url}/chat`);
    await other.locator(".row", { hasText: "mentioned you" }).waitFor();
    assert.deepEqual(await other.evaluate(() => window.shown), []);
    await other.evaluate(() => {
      document.hasFocus = () => false;
      dispatchEvent(new Event("blur"));
    });
    await say(one, `@${handle} and now?`);
    await other.waitForFunction(() => window.shown.length > 0);
    assert.deepEqual(await other.evaluate(() => window.shown), [{ title: `${await one.locator(".me-row .strong").innerText()} mentioned you`, body: `@${handle} and now?` }]);
    assert.ok(address);
  },

  async "on a phone the threads are a drawer, and a broken line is told and mended"({ server, browser }) {
    const context = await browser.person({ viewport: { width: 380, height: 800 }, hasTouch: true, isMobile: true });
    const page = await signIn(context, await server.link());
    await newThread(page, "from a phone");
    await page.locator(".msg[data-message]", { hasText: "from a phone" }).waitFor();
    await page.getByRole("button", { name: /^Threads/ }).click();
    await page.locator(".row", { hasText: "from a phone" }).waitFor();
    assert.equal(await page.locator(".main").evaluate((main) => main.inert), true);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.body.classList.contains("drawer-open"));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is wider than the screen");

    await page.locator("#composer").fill("a draft that stays");
    await context.setOffline(true);
    await page.locator(".link-line", { hasText: "Not connected" }).waitFor();
    await page.getByRole("button", { name: "Search in this thread" }).click();
    await page.keyboard.type("phone");
    await page.getByText("Messages were not searched").waitFor();
    await page.keyboard.press("Escape");
    await context.setOffline(false);
    await page.locator(".link-line").waitFor({ state: "detached" });
    assert.equal(await page.locator("#composer").inputValue(), "a draft that stays");
    await page.locator("#composer").press("Enter");
    await page.locator(".msg[data-message]", { hasText: "a draft that stays" }).waitFor();
  },
};
