// The first page of a server of one's own, on which nobody is signed in to anything: what it offers, and that it can be read.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { signIn, turn } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";

const offer = (page) => page.getByRole("button", { name: "Try it without an account" });
const demo = (page) => page.locator(".found li", { hasText: "@demo" });

async function apart(browser, walk, look = {}) {
  const server = await Server.plain();
  try {
    await walk(server, await signIn(await browser.person(look), await server.link()));
  } finally {
    await server.end();
  }
}

async function readable(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`), [], what);
}

export default {
  async "the demo comes with a button, answers here, and goes with one"({ browser }) {
    await apart(browser, async (server, page) => {
      const guest = await signIn(await browser.person(), await server.link({ handle: "guest", name: "Guest" }));
      await offer(page).click();
      await demo(page).getByText("Ready").waitFor();
      await page.waitForFunction(() => document.activeElement?.id === "composer" && document.activeElement.value === "@demo what is 2+2?");
      assert.equal(await offer(page).count(), 0, "it is there already");
      await page.keyboard.press("Enter");
      await (await turn(page, "done")).getByText("2 + 2 = 4").waitFor();
      assert.equal(await offer(guest).count(), 0, "members add no assistants");
      await demo(guest).getByText("Not open to you", { exact: true }).waitFor();

      await page.goto(`${server.url}/settings/models`);
      await page.getByRole("region", { name: /^ChatGPT/ }).waitFor();
      assert.equal(await page.getByRole("region", { name: /^Demo/ }).count(), 0, "there is nothing to set of it");
      await page.goto(`${server.url}/chat`);
      await demo(page).getByRole("button", { name: "Remove" }).click();
      await demo(page).waitFor({ state: "detached" });
      await demo(guest).waitFor({ state: "detached" });
      await offer(page).waitFor();
      await page.locator(".row").first().click();
      await page.getByText("2 + 2 = 4", { exact: true }).waitFor();

      await page.goto(`${server.url}/chat`);
      await offer(page).click();
      await demo(page).getByRole("button", { name: "Ask @demo" }).waitFor();
    });
  },

  async "the first page and its sign-in can be read by everyone and fit on a phone"({ browser }) {
    for (const colorScheme of ["light", "dark"]) {
      await apart(browser, async (server, page) => {
        await offer(page).waitFor();
        await page.locator("button:enabled", { hasText: "Look again" }).waitFor();
        await readable(page, `the first page, ${colorScheme}`);
        const over = await page.locator(".first").evaluate((box) => box.scrollWidth - box.clientWidth);
        assert.ok(over <= 0, `the first page is ${over} px too wide on a phone`);
        await page.getByRole("button", { name: "Sign in with ChatGPT" }).click();
        await page.getByRole("dialog", { name: "Sign in with ChatGPT" }).waitFor();
        await readable(page, `the sign-in, ${colorScheme}`);
        assert.equal(await page.getByRole("button", { name: "Add a key" }).count(), 0, "a key is no account that one has");
        const wide = await page.getByRole("dialog").evaluate((box) => box.scrollWidth - box.clientWidth);
        assert.ok(wide <= 0, `the sign-in is ${wide} px too wide on a phone`);
      }, { colorScheme, viewport: { width: 380, height: 800 } });
    }
  },
};
