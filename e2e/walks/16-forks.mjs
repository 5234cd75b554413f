// Branching off: a fork begins with what was said up to a message and goes on by itself; a message that is sent again changes in
// its place if nobody answered it, and else in a fork. What was answered is never overwritten.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { demoHandle, signIn, turn } from "../lib/browser.mjs";

/** A direct thread; its address. */
async function direct(page) {
  const handle = await demoHandle(page, "approvals");
  const thread = await page.evaluate(async (assistant) => {
    const reply = await fetch("/api/threads", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ assistant, title: "Sums" }),
    });
    return (await reply.json()).id;
  }, handle);
  const at = new URL(`/chat/${thread}`, page.url()).href;
  await page.goto(at);
  await page.locator("#composer").waitFor();
  return at;
}

async function say(page, text, answered) {
  await page.locator("#composer").fill(text);
  await page.locator("#composer").press("Enter");
  await page.locator(".turn[data-state='done']", { hasText: answered }).waitFor();
}

/** No serious finding in a part of the page. */
async function readsWell(page, part) {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes[0]?.html]), []);
}

const mine = (page, words) => page.locator(".msg:not(.turn)", { hasText: words });

/** Opens the edit form of one's own message. */
async function edit(page, words) {
  const message = mine(page, words);
  await message.hover();
  await message.getByRole("button", { name: "Edit", exact: true }).click();
  return page.locator("form.edit");
}

export default {
  async "a fork begins with what was said up to a message and goes on by itself"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const source = await direct(page);
    await say(page, "one\nmock: text \"the first\"", "the first");
    await say(page, "two\nmock: text \"the second\"", "the second");
    const reply = page.locator(".turn", { hasText: "the first" });
    await reply.hover();
    await reply.getByRole("button", { name: "Fork from here" }).click();
    await page.waitForFunction((at) => location.href !== at && location.pathname.startsWith("/chat/"), source);
    await page.locator("h1", { hasText: "Fork of Sums" }).waitFor();
    await page.locator(".side", { hasText: "Fork of Sums" }).waitFor();
    const card = page.locator(".carried");
    await card.getByText("2 messages").waitFor();
    assert.equal(await card.getByText("the first").count(), 0, "folded");
    await card.locator("summary").click();
    await card.locator(".msg", { hasText: "the first" }).last().waitFor();
    assert.equal(await card.locator(".msg").count(), 2, "nothing later");
    await readsWell(page, ".carried");
    await say(page, "three\nmock: text \"the third\"", "the third");
    await page.reload();
    await page.locator(".turn", { hasText: "the third" }).waitFor();
    await page.locator(".carried summary").click();
    await page.locator(".carried").getByRole("link", { name: "Go to where it comes from" }).click();
    await page.locator(".turn", { hasText: "the second" }).waitFor();
    assert.equal(await page.locator(".log").getByText("the third").count(), 0, "the source knows nothing of it");
    assert.equal(await page.locator(".carried").count(), 0);
  },

  async "a message that failed is sent again in its place"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const source = await direct(page);
    await page.locator("#composer").fill("wrong\nmock: status 400");
    await page.locator("#composer").press("Enter");
    await turn(page, "failed");
    const form = await edit(page, "wrong");
    await form.getByText("Send again changes the message here").waitFor();
    await form.getByRole("textbox").fill("right\nmock: slow 100 50ms ; text \"now it works\"");
    await form.getByRole("button", { name: "Send again" }).click();
    await turn(page, "running");
    // In mid-way, as a person may.
    await page.reload();
    await mine(page, "right").getByText("edited", { exact: true }).waitFor();
    const done = await turn(page, "done");
    await done.getByText("now it works").waitFor();
    assert.equal(page.url(), source);
    assert.equal(await page.locator(".log").getByText("wrong").count(), 0);
  },

  async "a message that was answered is sent again in a fork, and stays as it is"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const source = await direct(page);
    await say(page, "one\nmock: text \"the first\"", "the first");
    await say(page, "two\nmock: text \"the second\"", "the second");
    const form = await edit(page, "two");
    await form.getByText("here all stays as it is").waitFor();
    await readsWell(page, "form.edit");
    await form.getByRole("textbox").fill("other\nmock: text \"the other\"");
    await form.getByRole("button", { name: "Send again in a fork" }).click();
    await page.waitForFunction((at) => location.href !== at, source);
    await page.locator(".turn", { hasText: "the other" }).waitFor();
    await page.locator(".carried").getByText("2 messages").waitFor();
    assert.equal(await page.locator(".log").getByText("the second").count(), 0);
    await page.goBack();
    await page.locator(".turn", { hasText: "the second" }).waitFor();
    await mine(page, "two").waitFor();
    assert.equal(await page.locator(".log").getByText("the other").count(), 0);
  },

  async "a thumb forks from the menu of a message, or of an answer"({ server, browser }) {
    const page = await signIn(await browser.person({ viewport: { width: 380, height: 800 }, hasTouch: true }), await server.link());
    const source = await direct(page);
    await say(page, "one\nmock: text \"the first\"", "the first");
    for (const [opener, carried] of [[/^Message of/, "1 message"], [/^Answer of/, "2 messages"]]) {
      await page.goto(source);
      await page.locator(".turn", { hasText: "the first" }).waitFor();
      await page.getByRole("button", { name: opener }).tap();
      await readsWell(page, ".message-menu");
      await page.getByRole("menuitem", { name: "Fork from here" }).tap();
      await page.waitForFunction((at) => location.href !== at, source);
      await page.locator(".carried").getByText(carried, { exact: true }).waitFor();
    }
  },

  async "the palette forks a thread from its newest message"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const source = await direct(page);
    await say(page, "one\nmock: text \"the first\"", "the first");
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("fork");
    await page.getByText("Fork this thread from its newest message").waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction((at) => location.href !== at, source);
    await page.locator(".carried").getByText("2 messages").waitFor();
  },

  async "a thread says who changed its assistant, and what the new one is told"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    await say(page, "one\nmock: text \"the first\"", "the first");
    const changed = await page.evaluate(async () => {
      const tell = (method, path, body) => fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      // There may be one already; whether its program is here does not matter.
      await tell("POST", "/api/assistants", { handle: "gemini" });
      return (await tell("PATCH", location.pathname.replace("/chat/", "/api/threads/"), { assistant: "gemini" })).status;
    });
    assert.equal(changed, 200);
    const line = page.locator(".note-line", { hasText: "@gemini answers from here on" });
    await line.waitFor();
    await readsWell(page, ".note-line");
    assert.match(await line.innerText(), /^admin, .*the 2 messages before/);
    await page.reload();
    await line.waitFor();
  },
};
