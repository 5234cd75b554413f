// Working with Codex over its app server in the page: what it asks is a card that is answered, a running answer is steered and
// stopped, and the settings show the account behind it. The scripts make the demo's model ask; the program is the real one.
import assert from "node:assert/strict";
import { demoHandle, signIn, turn } from "../lib/browser.mjs";

/** A direct thread with the assistant that asks; its page. */
async function direct(page, settings = {}) {
  const handle = await demoHandle(page, "approvals");
  const thread = await page.evaluate(async ([assistant, chosen]) => {
    const reply = await fetch("/api/threads", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ assistant, settings: chosen }),
    });
    return (await reply.json()).id;
  }, [handle, settings]);
  await page.goto(new URL(`/chat/${thread}`, page.url()).href);
  await page.locator("#composer").waitFor();
  return thread;
}

async function say(page, text) {
  await page.locator("#composer").fill(text);
  await page.locator("#composer").press("Enter");
}

const cards = (page) => page.locator(".ask.waiting");

/** Letters decide only a while after a card has the focus, so that typing never does. */
async function decideBy(page, key) {
  const card = cards(page).first();
  await card.focus();
  await page.waitForFunction((at) => document.activeElement === document.querySelector(".ask.waiting") && performance.now() > at, await page.evaluate(() => performance.now() + 400));
  await page.keyboard.press(key);
}

export default {
  async "a command is approved with its exact bytes in sight, and runs"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    await say(page, "mock: shell \"echo approved-here\"\nmock: text \"it ran\"");
    const card = cards(page).first();
    await card.waitFor();
    assert.match(await card.innerText(), /echo approved-here/);
    const handle = await demoHandle(page, "approvals");
    await page.getByRole("group", { name: `Run this command? @${handle}` }).waitFor();
    await page.locator(".needs-bar", { hasText: "1 decision waits for you" }).waitFor();
    await card.getByRole("button", { name: "Accept", exact: true }).click();
    const done = await turn(page, "done");
    await done.getByText("it ran").waitFor();
    assert.equal(await page.locator(".needs-bar").count(), 0, "gone at zero");
    assert.equal(await done.locator("[data-settled]").count(), 1);
    await page.reload();
    await (await turn(page, "done")).locator("[data-settled]").waitFor();
  },

  async "a file change is declined after a look at its diff, and is not made"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    await say(page, "mock: patch add hello.txt \"hello\\nworld\\n\"\nmock: text \"as you wish\"");
    const card = cards(page).first();
    await card.waitFor();
    await card.getByText("hello.txt").first().waitFor();
    await card.locator(".diff").getByText("world").waitFor();
    await card.getByRole("button", { name: "Decline", exact: true }).click();
    const done = await turn(page, "done");
    await done.getByText("as you wish").waitFor();
    await done.getByText(/declined/i).first().waitFor();
  },

  async "a card is answered by its letter, and a letter typed at once decides nothing"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    await say(page, "mock: shell \"echo one\" ; shell \"echo two\"\nmock: text \"both answered\"");
    await page.locator(".needs-bar", { hasText: "2 decisions wait for you" }).waitFor();
    // In one go: a busy machine may take long enough between two commands of a walk for the letter to be meant.
    await cards(page).first().evaluate((card) => {
      card.focus();
      card.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true, cancelable: true }));
    });
    assert.equal(await cards(page).count(), 2, "too soon to be meant");
    await decideBy(page, "d");
    await page.locator(".needs-bar", { hasText: "1 decision waits for you" }).waitFor();
    await decideBy(page, "a");
    await (await turn(page, "done")).getByText("both answered").waitFor();
  },

  async "a question is answered in a form, commas and all"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    await say(page, "mock: ask color \"Which color?\" options=\"Red=warm,Blue=cold\"\nmock: text \"noted\"");
    const card = cards(page).first();
    await card.waitFor();
    await card.getByText("Which color?").waitFor();
    await card.getByRole("radio").last().check();
    await card.getByRole("textbox").last().fill("green, or blue");
    await card.getByRole("button", { name: "Answer", exact: true }).click();
    await (await turn(page, "done")).getByText("noted").waitFor();
  },

  async "somebody else sees what is asked and cannot answer it"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page, "approvals");
    const thread = await page.evaluate(async () => {
      const reply = await fetch("/api/threads", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ visibility: "open" }) });
      return (await reply.json()).id;
    });
    await page.goto(new URL(`/chat/${thread}`, page.url()).href);
    await say(page, `@${handle}\nmock: shell "echo hi"\nmock: text "ok"`);
    await cards(page).first().waitFor();
    const other = await signIn(await browser.person(), await server.link({ handle: "onlooker", name: "On Looker" }));
    await other.goto(new URL(`/chat/${thread}`, other.url()).href);
    const seen = other.locator(".ask").first();
    await seen.waitFor();
    assert.match(await seen.innerText(), /echo hi/);
    assert.equal(await seen.getByRole("button", { name: "Accept", exact: true }).count(), 0);
    await cards(page).first().getByRole("button", { name: "Accept", exact: true }).click();
    await turn(other, "done");
    assert.equal(await other.locator(".ask").count(), 0, "it is taken down there, too");
  },

  async "what waits is found in one place, over a reload in the middle of a turn"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const thread = await direct(page);
    await say(page, "mock: text \"I looked around.\" phase=commentary ; shell \"echo from the inbox\"\nmock: text \"ok\"");
    await cards(page).first().waitFor();
    await page.goto(new URL("/approvals", page.url()).href);
    await page.getByText("echo from the inbox").first().waitFor();
    // Its thread was not open on this page: what led to the question is fetched for it.
    const before = page.locator(".before");
    await before.getByText("What happened just before").click();
    await before.getByText("I looked around.").waitFor();
    // Who leaves the page before the answer is on its way takes it back.
    const answered = page.waitForResponse((reply) => reply.request().method() === "POST" && reply.url().includes("/api/approvals/"));
    await page.getByRole("button", { name: "Accept", exact: true }).click();
    assert.equal((await answered).status(), 200);
    await page.goto(new URL(`/chat/${thread}`, page.url()).href);
    await turn(page, "done");
  },

  async "a running answer is steered, and stopped"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    // Longer than all of this takes.
    await say(page, "mock: slow 700 20ms");
    await page.locator(".turn").getByText(/chunk 5/).waitFor();
    // Alone with an assistant, what one says is meant for what it does now.
    await page.getByPlaceholder("Steer this turn").waitFor();
    await page.locator("#composer").fill("and this comes after it");
    await page.getByText(/Enter queues it$/).waitFor();
    await page.locator("#composer").press("ControlOrMeta+Enter");
    await page.locator(".queue li", { hasText: "and this comes after it" }).waitFor();
    await page.getByRole("button", { name: "Remove 1" }).click();
    await page.locator(".queue").waitFor({ state: "detached" });
    await say(page, "another way\nmock: text \"changed course\"");
    const done = await turn(page, "done");
    await done.getByText("changed course", { exact: true }).waitFor();
    await done.locator(".steer-text", { hasText: "another way" }).waitFor();
    await page.getByPlaceholder(/^Message @/).waitFor();
    assert.equal(await page.locator(".running-line").count(), 0, "nothing runs");
    await say(page, "mock: slow 3000 20ms");
    await page.locator(".turn[data-state=running]").getByText(/chunk 5/).waitFor();
    await page.keyboard.press("ControlOrMeta+.");
    await turn(page, "cancelled");
  },

  async "what runs is named over the thread, with the way to stop it and to branch off"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page, { effort: "high" });
    await say(page, "mock: text \"the first\"");
    const first = await turn(page, "done");
    await first.locator(".who").getByText("Scripted, high").waitFor();
    await say(page, "mock: text \"What is said by now.\" ; gate forever");
    await (await turn(page, "running")).getByText("What is said by now.").waitFor();
    const bar = page.locator(".running-line");
    await bar.getByText(/^Turn 2, \d+:\d\d$/).waitFor();
    await page.locator(".aside").getByText("Off, asks first").waitFor();
    const address = page.url();
    await bar.getByRole("button", { name: "Fork from here" }).click();
    await page.waitForURL((now) => now.href !== address);
    await page.locator(".carried").waitFor();
    await page.goto(address);
    await bar.getByRole("button", { name: "Stop" }).click();
    await turn(page, "cancelled");
    await bar.waitFor({ state: "detached" });
  },

  async "a plan is a checklist, and a proposal waits for its person"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page, { plan: true });
    await say(page, "mock: proposal \"# The plan\\n\\n- write it down\"");
    const done = await turn(page, "done");
    await done.getByText("write it down").first().waitFor();
    await done.getByRole("button", { name: "Implement" }).click();
    await page.locator(".msg", { hasText: "Implement this plan." }).waitFor();
    await page.locator(".turn").nth(1).waitFor();
    await turn(page, "done");
  },

  async "the model, its effort and what it may touch are chosen beside the message"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    await page.locator("#composer").focus();
    await page.keyboard.press("ControlOrMeta+Shift+m");
    const picker = page.getByRole("dialog");
    await picker.getByRole("combobox").fill("mini");
    await picker.getByRole("option", { name: /mini/i }).first().waitFor();
    await page.keyboard.press("Enter");
    await picker.waitFor({ state: "detached" });
    await say(page, "mock: text \"on the small one\"");
    const done = await turn(page, "done");
    await done.getByText("on the small one").waitFor();
    // What a turn ran with stands beside its log in a direct thread.
    await page.locator(".aside").getByText("Scripted mini, medium").waitFor();
  },

  async "the settings show the backend, its account, its limits and its models"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await page.goto(new URL("/settings/models", page.url()).href);
    await page.getByText("demo@example.test").first().waitFor();
    await page.getByText("0.169.0").first().waitFor();
    await page.getByRole("button", { name: /refresh/i }).first().click();
    await page.getByText("Scripted").first().waitFor();
    await page.goto(new URL("/administration/llm", page.url()).href);
    await page.getByText("demo@example.test").first().waitFor();
  },
};
