// What is written: files, what waits, what is changed, and all of it by keyboard.
import assert from "node:assert/strict";
import { demoHandle, newThread, say, signIn, turn } from "../lib/browser.mjs";

const chip = (page, name) => page.locator(".file-chip", { hasText: name });
const queued = (page) => page.locator(".queue li");

/** A picture of one dot. */
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Drops a file where a person would: somewhere on the log. */
async function drop(page, name, text) {
  const held = await page.evaluateHandle(([file, words]) => {
    const data = new DataTransfer();
    data.items.add(new File([words], file, { type: "text/plain" }));
    return data;
  }, [name, text]);
  const log = page.locator(".log");
  await log.dispatchEvent("dragenter", { dataTransfer: held });
  await page.locator(".drop-here").waitFor();
  await log.dispatchEvent("drop", { dataTransfer: held });
  await page.locator(".drop-here").waitFor({ state: "detached" });
}

async function pastePicture(page) {
  await page.evaluate(async (dot) => {
    const bytes = Uint8Array.from(atob(dot), (letter) => letter.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
  }, DOT);
  await page.locator("#composer").press("Control+v");
}

async function pasteText(page, text) {
  await page.evaluate((words) => navigator.clipboard.writeText(words), text);
  await page.locator("#composer").press("Control+v");
}

export default {
  async "files are picked, dropped and pasted, and what cannot be sent says why before it is"({ server, browser }) {
    const context = await browser.person({ permissions: ["clipboard-read", "clipboard-write"] });
    const page = await signIn(context, await server.link());
    await newThread(page, "files");
    const field = page.locator("#composer");

    await page.locator(".compose input[type=file]").setInputFiles([
      { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("picked") },
      { name: "film.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(12.3 * 1024 * 1024) },
      { name: "program.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2, 3, 255]) },
    ]);
    await chip(page, "film.bin").getByText("Too large: 12.3 MB, at most 10 MB.").waitFor();
    await page.locator('.file-chip[data-state="done"]', { hasText: "notes.txt" }).waitFor();
    await page.locator('.file-chip[data-state="failed"]', { hasText: "program.bin" }).waitFor();

    await say(page, "three of them");
    await page.locator(".compose .trouble", { hasText: "film.bin cannot be sent" }).waitFor();
    assert.equal(await field.inputValue(), "three of them", "nothing was sent without what was attached");
    await page.getByRole("button", { name: "Remove film.bin" }).click();
    await page.getByRole("button", { name: "Remove program.bin" }).click();

    await drop(page, "dropped.md", "# dropped");
    await pastePicture(page);
    await page.locator('.file-chip[data-state="done"]', { hasText: "pasted-" }).waitFor();
    await pasteText(page, Array.from({ length: 120 }, (_, n) => `line ${n}`).join("\n"));
    await page.getByText("Pasted 120 lines").waitFor();
    await page.getByRole("button", { name: "Attach as a file" }).click();
    await page.locator('.file-chip[data-state="done"]', { hasText: "pasted.txt" }).waitFor();
    assert.equal(await field.inputValue(), "three of them");

    await page.reload();
    await chip(page, "dropped.md").waitFor();
    assert.equal(await page.locator(".file-chip").count(), 4, "the files survive a reload with the draft");
    assert.equal(await page.locator("#composer").inputValue(), "three of them");
    await page.locator("#composer").press("Enter");
    const message = page.locator(".msg[data-message]", { hasText: "three of them" });
    for (const name of ["notes.txt", "dropped.md", "pasted.txt"]) await message.getByText(name).waitFor();
    await message.locator("img").waitFor();
    assert.equal(await page.locator(".file-chip").count(), 0);

    const reply = await page.request.get(await message.locator("a[download]").first().evaluate((link) => link.href));
    assert.match(reply.headers()["content-disposition"], /^attachment/);
    assert.equal(reply.headers()["x-content-type-options"], "nosniff");
  },

  async "an assistant that cannot read a file is named before sending"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await page.route("**/api/assistants", async (route) => {
      const reply = await route.fetch();
      const body = await reply.json();
      for (const one of body.items) one.accepts = ["text"];
      await route.fulfill({ response: reply, json: body });
    });
    await newThread(page, "an assistant and a picture");
    await page.reload();
    await page.locator(".compose input[type=file]").setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: Buffer.from(DOT, "base64") });
    await page.locator('.file-chip[data-state="done"]').waitFor();
    await page.locator("#composer").fill(`@${handle} what is it?`);
    await chip(page, "dot.png").getByText(`@${handle} does not take images.`).waitFor();
    await page.locator("#composer").press("Enter");
    await page.locator(".compose .trouble", { hasText: "dot.png cannot be sent" }).waitFor();
    await page.locator("#composer").fill("for people then");
    await page.locator('.file-chip[data-state="done"]').waitFor();
    await page.locator("#composer").press("Enter");
    await page.locator(".msg[data-message]", { hasText: "for people then" }).waitFor();
  },

  async "what is said while an answer is awaited goes after it, in order"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, `@${handle} go\nmock: text "First." ; wait 8000ms ; text "Over."`);
    await turn(page, "running");
    await page.getByRole("button", { name: "Queue", exact: true }).waitFor();
    await say(page, `@${handle} go\nmock: text "Second."`);
    await say(page, "and a word for people");
    await page.locator(".queue").getByText("2 queued").waitFor();
    assert.equal(await page.locator("#composer").inputValue(), "");
    await page.reload();
    await queued(page).nth(1).waitFor();

    await page.locator(".turn", { hasText: "Second." }).waitFor();
    await page.locator(".msg[data-message]", { hasText: "and a word for people" }).waitFor();
    await page.locator(".queue").waitFor({ state: "detached" });
    const order = await page.locator(".msg").allInnerTexts();
    const at = (words) => order.findIndex((text) => text.includes(words));
    assert.ok(at("Over.") < at("Second.") && at("Second.") < at("and a word for people"), order.join("\n---\n"));
  },

  async "a stop holds what waits until the person lets it go on"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, `@${handle} go\nmock: text "Begun." ; gate forever`);
    await turn(page, "running");
    for (const words of ["number one", "number two", "number three"]) await say(page, words);
    await queued(page).nth(2).waitFor();

    await queued(page).nth(1).hover();
    await page.getByRole("button", { name: "Remove 2" }).click();
    await queued(page).nth(2).waitFor({ state: "detached" });
    await queued(page).nth(0).hover();
    await page.getByRole("button", { name: "Edit 1" }).click();
    await page.locator("#composer").fill("number one, changed");
    await page.locator("#composer").press("Enter");
    await queued(page).first().getByText("number one, changed").waitFor();

    await page.locator(".running-line").getByRole("button", { name: "Stop" }).click();
    await turn(page, "cancelled");
    await page.locator(".queue.is-held").getByText("you stopped the answer").waitFor();
    await page.getByRole("button", { name: "Send the next" }).click();
    await page.locator(".msg[data-message]", { hasText: "number one, changed" }).waitFor();
    await page.locator(".msg[data-message]", { hasText: "number three" }).waitFor();
    await page.locator(".queue").waitFor({ state: "detached" });
  },

  async "a draft is the same in every tab, and is kept while there is no connection"({ server, browser }) {
    const context = await browser.person();
    const page = await signIn(context, await server.link());
    const address = await newThread(page, "drafts");
    const other = await context.newPage();
    await other.goto(`${address}?mention=somebody`);
    await other.locator("#composer").waitFor();
    assert.equal(await other.locator("#composer").inputValue(), "@somebody ");
    await other.locator("#composer").fill("begun in one tab");
    await page.waitForFunction(() => document.querySelector("#composer")?.value === "begun in one tab");

    // What the server does not answer is not lost either: the words stay, and say why.
    await page.bringToFront();
    await page.locator("#composer").focus();
    await page.locator("#composer").press("End");
    await page.keyboard.type(", ended in the other");
    const { host } = new URL(server.url);
    await server.down("SIGKILL");
    await page.getByText("Not connected, your draft is kept").waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".compose .trouble").getByText("kept here").waitFor();
    await server.up(host);
    await page.getByText("Not connected, your draft is kept").waitFor({ state: "detached" });
    await page.locator(".compose .trouble").waitFor({ state: "detached" });
    await page.locator("#composer").press("Enter");
    await page.locator(".msg[data-message]", { hasText: "begun in one tab, ended in the other" }).waitFor();
    await other.waitForFunction(() => document.querySelector("#composer")?.value === "");
  },

  async "a message is mentioned, sent at once, queued, changed and stopped without a mouse"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    const { keyboard } = page;
    await page.locator("#composer").focus();
    await keyboard.type(`@${handle.slice(0, 3)}`);
    await page.getByRole("listbox", { name: "Mention" }).waitFor();
    await keyboard.press("Tab");
    assert.equal(await page.locator("#composer").inputValue(), `@${handle} `);
    await keyboard.type("go");
    await keyboard.press("Shift+Enter");
    await keyboard.type('mock: text "By keyboard." ; gate forever');
    await keyboard.press("Enter");
    await page.waitForURL(/\/chat\/[0-9a-f-]+$/);
    await turn(page, "running");

    await keyboard.type("this one waits");
    await keyboard.press("Enter");
    await queued(page).getByText("this one waits").waitFor();
    await keyboard.type("this one does not");
    await keyboard.press("Control+Enter");
    await page.locator('.turn[data-state="running"] .steer-text', { hasText: "this one does not" }).waitFor();
    assert.equal(await queued(page).count(), 1);

    await keyboard.press("ArrowUp");
    await page.getByText("Editing a queued message").waitFor();
    assert.equal(await page.locator("#composer").inputValue(), "this one waits");
    await keyboard.type(", a little longer");
    await keyboard.press("Enter");
    await queued(page).getByText("this one waits, a little longer").waitFor();
    await keyboard.press("ArrowUp");
    await keyboard.press("Escape");
    await page.getByText("Editing a queued message").waitFor({ state: "detached" });

    await keyboard.type("/st");
    await page.getByRole("listbox", { name: "Commands" }).waitFor();
    await keyboard.press("Enter");
    await turn(page, "cancelled");
    assert.equal(await page.locator("#composer").inputValue(), "");

    await page.getByRole("button", { name: "Send the next" }).focus();
    await keyboard.press("Enter");
    await page.locator(".msg[data-message]", { hasText: "this one waits, a little longer" }).waitFor();
    await page.locator("#composer").focus();
    await keyboard.press("ArrowUp");
    await page.getByText("Editing your message").waitFor();
    await keyboard.type(" and changed");
    await keyboard.press("Enter");
    await page.locator(".msg[data-message]", { hasText: "a little longer and changed" }).waitFor();
    assert.ok(await page.evaluate(() => document.activeElement?.id === "composer"), "the focus is where the next words go");
  },
};
