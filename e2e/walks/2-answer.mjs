// A mention and its answer: streamed, stopped, reloaded in the middle.
import assert from "node:assert/strict";
import { demoHandle, idOf, newThread, post, say, signIn, turn } from "../lib/browser.mjs";

/** These are about what is stored and announced, so every kind of database has to pass them. */
export const everyDatabase = true;

export default {
  async "a mention picked from the list is answered in its own card"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await page.locator("#composer").pressSequentially(`@${handle.slice(0, 2)}`);
    await page.getByRole("listbox", { name: "Mention" }).getByRole("option", { selected: true }).waitFor();
    // In one breath, as whoever types fast does.
    await page.keyboard.press("Enter");
    await page.keyboard.type("what is 2+2?");
    assert.equal(await page.locator("#composer").inputValue(), `@${handle} what is 2+2?`);
    await page.locator("#composer").press("Enter");
    await page.waitForURL(/\/chat\/[0-9a-f-]+$/);
    await page.locator(".msg .mention", { hasText: `@${handle}` }).waitFor();

    const card = await turn(page, "done");
    await card.locator("strong", { hasText: "2 + 2 = 4" }).waitFor();
    assert.equal(await page.locator(".turn").count(), 1);
    assert.equal(await page.locator(".msg").count(), 2, "the reply is drawn in the card and nowhere else");
    await page.reload();
    await (await turn(page, "done")).locator("strong", { hasText: "2 + 2 = 4" }).waitFor();
    assert.equal(await page.locator(".msg").count(), 2);
  },

  async "a message stands in the log before the server has answered"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "first");
    await page.locator(".msg[data-message]", { hasText: "first" }).waitFor();
    let letGo = () => {};
    const held = new Promise((resolve) => {
      letGo = resolve;
    });
    await page.route("**/messages", async (route) => {
      if (route.request().method() === "POST") await held;
      await route.continue();
    });
    await say(page, "an echo");
    await page.locator(".msg.sending", { hasText: "an echo" }).waitFor();
    letGo();
    await page.locator(".msg.sending").waitFor({ state: "detached" });
    assert.equal(await page.locator(".msg", { hasText: "an echo" }).count(), 1);
  },

  async "a message that could not be sent stays, and Retry sends it once"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "first");
    await page.locator(".msg[data-message]", { hasText: "first" }).waitFor();
    let refused = false;
    await page.route("**/messages", async (route) => {
      if (refused || route.request().method() !== "POST") return route.continue();
      refused = true;
      return route.abort();
    });
    await say(page, "not sent at first");
    await page.getByRole("button", { name: "Retry" }).click();
    await page.locator(".msg[data-message]", { hasText: "not sent at first" }).waitFor();
    await page.reload();
    const copies = page.locator(".msg", { hasText: "not sent at first" });
    await copies.first().waitFor();
    assert.equal(await copies.count(), 1);
  },

  async "a message whose answer was lost is there once, retried or not"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "first");
    await page.locator(".msg[data-message]", { hasText: "first" }).waitFor();
    // It arrives, but the answer is lost: the worst case, because the page cannot know.
    let lost = false;
    await page.route("**/messages", async (route) => {
      if (lost || route.request().method() !== "POST") return route.continue();
      lost = true;
      await route.fetch();
      return route.abort();
    });
    await say(page, "sent twice, stored once");
    const copies = page.locator(".msg", { hasText: "sent twice, stored once" });
    await copies.first().waitFor();
    // The stream may bring the message back before anybody presses Retry; both ways there is one.
    const settled = page.locator(".msg.unsent, .msg.sending").first().waitFor({ state: "detached" });
    const retried = page.getByRole("button", { name: "Retry" }).click().catch(() => settled);
    await Promise.race([retried, settled]);
    await settled;
    await page.reload();
    await copies.first().waitFor();
    assert.equal(await copies.count(), 1);
  },

  async "an answer goes on over a reload in its middle"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, `@${handle} go\nmock: text "The beginning." ; wait 12000ms ; text "The end."`);
    const running = await turn(page, "running");
    await running.getByText("The beginning.").waitFor();
    await page.reload();
    await (await turn(page, "running")).getByText("The beginning.").waitFor();
    const done = await turn(page, "done");
    await done.getByText("The end.").waitFor();
    assert.equal(await page.locator(".turn").count(), 1);
    assert.equal(await page.getByText("The end.", { exact: true }).count(), 1);
  },

  async "Stop ends a running answer and keeps what is there"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, `@${handle} go\nmock: text "What is here by now." ; gate forever`);
    const running = await turn(page, "running");
    await running.getByText("What is here by now.").waitFor();
    await running.getByRole("button", { name: "Stop" }).click();
    const card = await turn(page, "cancelled");
    await card.getByText("You cancelled this turn").waitFor();
    await card.getByText("What is here by now.").waitFor();
    await card.getByText("Partial", { exact: true }).waitFor();
    await page.reload();
    await (await turn(page, "cancelled")).getByText("What is here by now.").waitFor();
  },

  async "what an assistant writes is shown, never run and never loaded"({ server, browser }) {
    const context = await browser.person();
    const page = await signIn(context, await server.link());
    const handle = await demoHandle(page);
    const elsewhere = [];
    context.on("request", (request) => {
      if (new URL(request.url()).origin !== server.url) elsewhere.push(request.url());
    });
    const foreign = "<img src=x onerror=alert(1)> <script>alert(2)</script> ![cat](https://evil.example/cat.png) [bank](https://evil.example/)";
    await newThread(page, `@${handle} go\nmock: text "${foreign}"`);
    const card = await turn(page, "done");
    await card.getByText("<script>alert(2)</script>").waitFor();
    const image = card.getByRole("link", { name: "Image: cat (evil.example)" });
    assert.equal(await image.getAttribute("rel"), "noopener noreferrer");
    await card.getByRole("link", { name: "bank (evil.example)" }).waitFor();
    assert.equal(await page.locator(".log img, .log script").count(), 0);
    assert.deepEqual(elsewhere, []);
  },

  async "a second question waits its turn and can be taken back"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    const thread = idOf(await newThread(page, `@${handle} go\nmock: gate forever`));
    await turn(page, "running");
    // What a program posts does not steer.
    await post(page, thread, { text: `@${handle} and then?` });
    const queued = await turn(page, "queued");
    await queued.getByText("Queued").waitFor();
    await queued.getByRole("button", { name: "Remove" }).click();
    await turn(page, "cancelled");
    await page.keyboard.press("Control+.");
    await page.locator('.turn[data-state="running"]').waitFor({ state: "detached" });
  },
};
