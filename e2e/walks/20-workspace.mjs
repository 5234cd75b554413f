// On the plan of a workspace whose administrator has Codex ask about hosts: each decision of the card in the browser, and which pages
// were fetched then.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { say, send, signIn } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";

/** Commands reach the network through Codex's proxy alone, which asks about each host. */
const DEMANDS = "[experimental_network]\nenabled = true\nallow_local_binding = true\n";

/** A host that notes what is fetched from it. */
async function host() {
  const fetched = [];
  const server = createServer((asked, answer) => {
    fetched.push(asked.url.slice(1));
    answer.end("a page");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { fetched, url: `http://127.0.0.1:${server.address().port}`, end: () => server.closeAllConnections() || server.close() };
}

async function direct(page, settings) {
  const { id } = await send(page, "/api/threads", { assistant: "chatgpt", settings });
  await page.goto(new URL(`/chat/${id}`, page.url()).href);
  await page.locator("#composer").waitFor();
}

/** Has that page fetched; resolves with the turn. */
async function fetchPage(page, url) {
  const before = await page.locator(".turn").count();
  await say(page, `mock: shell "curl -sS -m 20 --noproxy '' ${url}"\nmock: text "ok"`);
  return page.locator(".turn").nth(before);
}

/** No button reaches beyond its card, also where that is narrow and has the most of them. */
async function fitsOnAPhone(page, card) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 380, height: 800 });
  await page.waitForFunction((one) => {
    const { right } = one.getBoundingClientRect();
    return right <= 380 && [...one.querySelectorAll("button")].every((button) => button.getBoundingClientRect().right < right);
  }, await card.elementHandle());
  await page.setViewportSize(before);
}

const ended = (turn, state) => turn.and(turn.page().locator(`[data-state="${state}"]`)).waitFor({ timeout: 60_000 });

export default {
  async "a host is asked about, and each decision of its card counts"({ browser }) {
    const server = await Server.managed(DEMANDS);
    const outside = await host();
    try {
      const page = await signIn(await browser.person(), await server.link());
      await direct(page, { permission: "standard" });
      const card = page.locator(".ask.waiting").first();
      for (const [decision, state, reached] of [
        ["Decline", "done", 0], ["Cancel turn", "cancelled", 0], ["Accept", "done", 1], ["Accept for session", "done", 1],
      ]) {
        const name = decision.replaceAll(" ", "-");
        const turn = await fetchPage(page, `${outside.url}/${name}`);
        await card.getByText("Network", { exact: true }).waitFor();
        await card.getByText("127.0.0.1", { exact: true }).first().waitFor();
        assert.equal(await card.getByRole("button", { name: "Accept and remember host" }).count(), 0, "a private home remembers nothing");
        await card.getByRole("button", { name: decision, exact: true }).click();
        await ended(turn, state);
        assert.equal(outside.fetched.filter((path) => path === name).length, reached, decision);
      }
      await ended(await fetchPage(page, `${outside.url}/unasked`), "done");
      assert.ok(outside.fetched.includes("unasked"), "it was accepted for the session");

      await direct(page, { permission: "standard", home: "own" });
      const turn = await fetchPage(page, `${outside.url}/remembered`);
      await card.getByText("unasked from now on").waitFor();
      await fitsOnAPhone(page, card);
      await card.getByRole("button", { name: "Accept and remember host" }).click();
      await ended(turn, "done");
      assert.ok(outside.fetched.includes("remembered"));
      const rules = await readFile(join(server.codexHome, "rules/default.rules"), "utf8");
      assert.match(rules, /network_rule\(host="127\.0\.0\.1"/);
      await direct(page, { permission: "standard", home: "own" });
      await ended(await fetchPage(page, `${outside.url}/ruled`), "done");
      assert.ok(outside.fetched.includes("ruled"), "it is not asked about in another thread");
    } finally {
      outside.end();
      await server.end();
    }
  },
};
