// A login comes and goes: what was asked meanwhile waits for it and goes on, in the page and without another word. Each walk has a
// demo of its own, because it signs everybody out.
import assert from "node:assert/strict";
import { newThread, say, signIn, turn } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";

/** A demo of its own, and its admin's page. */
async function apart(browser, walk) {
  const server = await Server.demo();
  try {
    await walk(server, await signIn(await browser.person(), await server.link()));
  } finally {
    await server.end();
  }
}

const open = (page, path) => page.goto(new URL(path, page.url()).href);
const card = (page) => page.getByRole("region", { name: /^ChatGPT/ });

async function signOut(page) {
  await open(page, "/settings/models");
  await card(page).getByRole("button", { name: /^More about/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await card(page).getByText("Not signed in", { exact: true }).waitFor();
}

export default {
  async "a login that comes on the page brings the answer that waited for it"({ browser }) {
    await apart(browser, async (server, page) => {
      await signOut(page);
      const asking = await page.context().newPage();
      await asking.goto(page.url());
      const thread = await newThread(asking, "@chatgpt\nmock: text \"after the login\"");
      const failed = await turn(asking, "failed");
      await failed.getByText("It goes on by itself once you have signed in.").waitFor();
      const watching = await page.context().newPage();
      await watching.goto(thread);
      await turn(watching, "failed");
      const guest = await signIn(await browser.person(), await server.link({ handle: "guest", name: "Guest" }));

      await failed.getByRole("link", { name: "Sign in" }).click();
      await asking.waitForURL(/settings\/models/);
      await card(asking).getByRole("button", { name: "Sign in", exact: true }).click();
      await card(asking).getByRole("radio", { name: "On another device" }).or(card(asking).getByRole("button", { name: "On another device" })).first().click();
      await card(asking).locator("form.sign-in").getByRole("button", { name: "Sign in" }).click();
      const code = await card(asking).locator(".usercode span").first().innerText();
      // The other page was not touched since it signed out, and nobody asks there.
      await card(page).locator(".usercode", { hasText: code }).waitFor();
      const address = await card(asking).locator(".sign-in a").first().getAttribute("href");
      const vendor = await page.context().newPage();
      await vendor.goto(address);
      await vendor.getByRole("textbox").fill(code);
      await vendor.getByRole("button").first().click();
      for (const seen of [asking, page]) await card(seen).getByText("Healthy", { exact: true }).waitFor();
      assert.equal(await card(page).locator(".sign-in").count(), 0, "what is over is folded away");

      await (await turn(watching, "done")).getByText("after the login").waitFor();
      await watching.getByText(/Attempt 1: failed/).waitFor();
      assert.equal(await watching.locator(".turn").count(), 1, "one answer, once");
      await open(guest, "/settings/models");
      await card(guest).getByText("Healthy", { exact: true }).waitFor();
      assert.equal(await guest.getByText("demo@example.test").count(), 0, "whose account it is, is for admins");
    });
  },

  async "what should not go on after a login is left as it ended"({ browser }) {
    await apart(browser, async (server, page) => {
      await signOut(page);
      await newThread(page, "@chatgpt\nmock: text \"never\"");
      const failed = await turn(page, "failed");
      await failed.getByRole("button", { name: "Don’t go on" }).click();
      await failed.getByText("It goes on by itself").waitFor({ state: "detached" });
      await failed.getByRole("button", { name: "Retry" }).waitFor();
      await say(page, "still here");
    });
  },

  async "what an assistant does not have is greyed, with its reason"({ browser }) {
    await apart(browser, async (server, page) => {
      await server.run("assistants", "add", "gemini");
      await open(page, "/chat");
      await page.locator("#composer").fill("@gemini ");
      const chips = page.locator(".chips");
      await chips.getByRole("button", { name: /^Effort, not to be chosen here/ }).click();
      await chips.getByText("Gemini thinks as hard as its model does.").waitFor();
      await page.keyboard.press("Escape");
      await chips.getByRole("button", { name: /^Permission, not to be chosen here/ }).click();
      await chips.getByText(/changes no files/).waitFor();
      await page.keyboard.press("Escape");
      await chips.getByRole("button", { name: "More about how it works" }).click();
      await chips.getByText("Gemini has no plan mode.").waitFor();
      await page.keyboard.press("Escape");
      await page.locator("#composer").fill("@chatgpt ");
      await chips.getByRole("button", { name: /^Effort: / }).waitFor();
    });
  },

  async "what hangs on a backend is named before it is turned off"({ browser }) {
    await apart(browser, async (server, page) => {
      const made = await page.evaluate(async () => {
        const body = JSON.stringify({ assistant: "chatgpt", title: "The long one" });
        return (await fetch("/api/threads", { method: "POST", headers: { "content-type": "application/json" }, body })).status;
      });
      assert.equal(made, 201);
      await open(page, "/settings/models");
      const codex = page.getByRole("switch", { name: "Use Codex" });
      await codex.click();
      const question = page.getByRole("dialog", { name: "Turn Codex off?" });
      await question.getByRole("link", { name: "The long one" }).waitFor();
      await question.getByRole("button", { name: "Leave it on" }).click();
      assert.equal(await codex.getAttribute("aria-checked"), "true");
      await codex.click();
      await question.getByRole("button", { name: "Turn off" }).click();
      await card(page).getByText("Its switch above is off").waitFor();
      await codex.click();
      await card(page).getByText("Healthy", { exact: true }).waitFor();
    });
  },
};
