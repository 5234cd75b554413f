// Failures are outcomes with a code, a sentence and a next step.
import assert from "node:assert/strict";
import { demoHandle, newThread, signIn, turn } from "../lib/browser.mjs";

export default {
  async "a used-up limit says when it opens again and offers Retry"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, `@${handle} go\nmock: status 429 resets_in=3600`);
    const card = await turn(page, "failed");
    await card.locator(".end-card.limit .id", { hasText: "rate_limited" }).waitFor();
    await card.getByText(/open again at \d\d:\d\d/).waitFor();
    await page.locator('.row[aria-current="page"][data-state="failed"]').waitFor();
    await card.getByRole("button", { name: "Retry" }).last().click();
    await page.getByText("Attempt 1: failed").waitFor();
    assert.equal(await page.locator(".turn").count(), 1, "a retry is the same card");
    await turn(page, "failed");
    await page.reload();
    await page.getByText("Attempt 1: failed").waitFor();
    assert.equal(await page.locator(".turn").count(), 1, "also over a reload");
  },

  async "a disabled assistant fails with the command that helps, and answers once it is back"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await server.run("assistants", "disable", handle);
    try {
      await newThread(page, `@${handle} what is 2+2?`);
      const card = await turn(page, "failed");
      await card.locator(".end-card.failed .id", { hasText: "assistant_unavailable" }).waitFor();
      await card.locator(".copy", { hasText: "switchboard assistants enable" }).waitFor();
      await page.reload();
      await (await turn(page, "failed")).locator(".end-card").waitFor();
    } finally {
      await server.run("assistants", "enable", handle);
    }
    await page.getByRole("button", { name: "Retry" }).last().click();
    await (await turn(page, "done")).locator("strong", { hasText: "2 + 2 = 4" }).waitFor();
  },
};
