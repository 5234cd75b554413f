// A thread that works in its owner's own Codex home: it is chosen with what that means in sight, what is accepted and remembered
// there is not asked again, and it cannot be chosen where somebody else writes.
import assert from "node:assert/strict";
import { demoHandle, say, send, signIn, turn } from "../lib/browser.mjs";

/** A direct thread of one's own with the assistant that asks, on its page. */
async function direct(page) {
  const assistant = await demoHandle(page, "own_home");
  const { id } = await send(page, "/api/threads", { assistant });
  await page.goto(new URL(`/chat/${id}`, page.url()).href);
  await page.locator("#composer").waitFor();
  return id;
}

const more = (page) => page.getByRole("button", { name: "More about how it works" });

export default {
  async "what is accepted and remembered in the own home is not asked again"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page);
    await more(page).click();
    await page.getByRole("radio", { name: "My own" }).click();
    await page.getByText("What your saved rules allow runs unasked").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".bar").getByText("Own home").waitFor();
    await say(page, "mock: shell \"touch kept.txt\" escalate=1\nmock: text \"first\"");
    const card = page.locator(".ask.waiting").first();
    await card.getByText("keeps a rule in your own home").waitFor();
    assert.match(await card.innerText(), /touch\s+kept\.txt/);
    await card.getByRole("button", { name: "Accept and remember" }).click();
    const done = await turn(page, "done");
    await done.getByText("first", { exact: true }).waitFor();
    // What a turn ran with stands beside its log in a direct thread.
    await page.locator(".aside").getByText("own home, whose rules run unasked").waitFor();
    await say(page, "mock: shell \"touch kept.txt\"\nmock: text \"second\"");
    await page.locator(".turn[data-state=done]").getByText("second", { exact: true }).waitFor();
    assert.equal(await page.locator(".ask.waiting").count(), 0);
  },

  async "the own home is not to be had where somebody else writes, and the page says why"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const thread = await direct(page);
    await server.link({ handle: "second", name: "Second" });
    await send(page, `/api/threads/${thread}/members`, { person: "second" });
    await page.reload();
    await more(page).click();
    await page.getByRole("radio", { name: "My own", disabled: true }).waitFor();
    await page.locator(".folders").last().getByText("Others can write here").waitFor();
  },
};
