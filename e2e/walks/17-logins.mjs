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

const dialog = (page) => page.getByRole("dialog", { name: "Sign in with ChatGPT" });

/** Begins a sign-in with a code in the dialog, and gives back the code. */
async function deviceCode(page) {
  await dialog(page).getByRole("button", { name: "Show a code" }).click();
  return dialog(page).locator(".usercode span").first().innerText();
}

/** Types the code in where the vendor asks for it, in another tab. */
async function agree(page, code) {
  const vendor = await page.context().newPage();
  await vendor.goto(await dialog(page).locator(".sign-in a").first().getAttribute("href"));
  await vendor.getByRole("textbox").fill(code);
  await vendor.getByRole("button").first().click();
}

export default {
  async "the first page signs in where one is, and keeps what is written there"({ browser }) {
    await apart(browser, async (server, page) => {
      await signOut(page);
      await server.run("assistants", "access", "chatgpt", "everyone");
      const guest = await signIn(await browser.person(), await server.link({ handle: "guest", name: "Guest" }));
      const theirs = guest.locator(".found li", { hasText: "ChatGPT" });
      await theirs.getByText(/It answers once .+ has signed in: ask them/).waitFor();
      assert.equal(await theirs.getByRole("button").count(), 0, "who cannot mend it is offered nothing");

      await open(page, "/chat");
      await page.locator("#composer").fill("@chatgpt half a thought");
      const strip = page.locator(".compose-strip", { hasText: "not signed in" });
      await strip.getByRole("button", { name: "Sign in" }).click();
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "detached" });
      const row = page.locator(".found li", { hasText: "ChatGPT" });
      await row.getByRole("button", { name: "Sign in with ChatGPT" }).click();
      await deviceCode(page);
      await dialog(page).getByRole("button", { name: "Cancel" }).click();
      await dialog(page).getByText("The sign-in was cancelled.").waitFor();
      await dialog(page).getByRole("button", { name: "Try again" }).click();
      const code = await dialog(page).locator(".usercode span").first().innerText();
      // Who closes it to look at something else finds it again as it stands.
      await page.keyboard.press("Escape");
      await row.getByRole("button", { name: "Go on signing in" }).click();
      await agree(page, code);
      await dialog(page).waitFor({ state: "detached" });
      await row.getByText("signed in as demo@example.test").waitFor();
      await row.getByRole("button", { name: "Ask @chatgpt" }).waitFor();
      await strip.waitFor({ state: "detached" });
      assert.equal(await page.locator("#composer").inputValue(), "@chatgpt half a thought");
      await theirs.getByRole("button", { name: "Ask @chatgpt" }).waitFor();
      await page.locator("#composer").press("Enter");
      await turn(page, "done");
    });
  },

  async "after a sign-in on an untouched page the question to ask has begun"({ browser }) {
    await apart(browser, async (server, page) => {
      await signOut(page);
      await open(page, "/chat");
      await page.getByRole("button", { name: "Sign in with ChatGPT" }).click();
      await agree(page, await deviceCode(page));
      await page.waitForFunction(() => document.activeElement?.id === "composer" && document.activeElement.value === "@chatgpt ");
    });
  },

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

      await failed.getByRole("button", { name: "Sign in with ChatGPT" }).click();
      const code = await deviceCode(asking);
      // The other page was not touched since it signed out, and nobody asks there.
      await card(page).locator(".usercode", { hasText: code }).waitFor();
      await agree(asking, code);
      await dialog(asking).waitFor({ state: "detached" });
      await card(page).getByText("Healthy", { exact: true }).waitFor();
      // What is over is folded away.
      await card(page).locator(".sign-in").waitFor({ state: "detached" });
      await (await turn(asking, "done")).getByText("after the login").waitFor();

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
