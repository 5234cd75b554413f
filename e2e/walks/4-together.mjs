// Several tabs, several people, a server that goes away.
import assert from "node:assert/strict";
import { demoHandle, newThread, say, signIn, turn } from "../lib/browser.mjs";

/** How many event streams this browser holds open right now. */
function streamsOf(context) {
  const open = new Set();
  const isStream = (request) => new URL(request.url()).pathname === "/api/events";
  context.on("request", (request) => isStream(request) && open.add(request));
  for (const end of ["requestfinished", "requestfailed"]) context.on(end, (request) => open.delete(request));
  // A closed tab takes its requests along without a word.
  context.on("page", (page) => page.on("close", () => {
    for (const request of open) if (request.frame().page() === page) open.delete(request);
  }));
  return open;
}

/** These are about what is stored and announced, so every kind of database has to pass them. */
export const everyDatabase = true;

export default {
  async "eight tabs share one stream, and another tab takes it over"({ server, browser }) {
    const context = await browser.person();
    const open = streamsOf(context);
    const first = await signIn(context, await server.link());
    const handle = await demoHandle(first);
    const address = await newThread(first, "for all tabs");
    const tabs = [first];
    while (tabs.length < 8) {
      const tab = await context.newPage();
      await tab.goto(address);
      await tab.locator(".msg", { hasText: "for all tabs" }).waitFor();
      tabs.push(tab);
    }
    assert.equal(open.size, 1);

    await say(first, `@${handle} what is 2+2?`);
    for (const tab of tabs) await (await turn(tab, "done")).locator("strong", { hasText: "2 + 2 = 4" }).waitFor();

    await first.close();
    const [, second, ...others] = tabs;
    await say(second, `@${handle} go\nmock: text "Heard by all."`);
    for (const tab of [second, ...others]) await tab.locator(".turn", { hasText: "Heard by all." }).waitFor();
    assert.equal(open.size, 1, "the stream of the closed tab was taken over by one other");
  },

  async "two people see the same answer, and a private thread stays private"({ server, browser }) {
    const one = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(one);
    const friend = { handle: `ada${Date.now() % 100000}`, name: "Ada Lovelace" };
    const two = await signIn(await browser.person(), await server.link(friend));

    const hidden = await newThread(one, "only for me");
    await two.goto(hidden);
    await two.getByText("There is no such thread here").waitFor();

    await one.goto(`${server.url}/chat`);
    await one.getByRole("button", { name: "Who sees it" }).click();
    await one.getByRole("menuitemradio", { name: "Open to everyone" }).click();
    await say(one, `@${handle} go\nmock: text "Shown to both." ; wait 1500ms ; text "Done for both."`);
    await one.waitForURL(/\/chat\/[0-9a-f-]+$/);
    await two.goto(one.url());
    for (const page of [one, two]) await (await turn(page, "done")).getByText("Done for both.").waitFor();

    await say(two, "and I was here too");
    await one.locator(".msg", { hasText: "and I was here too" }).getByText("Ada Lovelace").waitFor();
  },

  async "a server that comes back is found again without a reload"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, "before");
    await page.locator(".msg[data-message]", { hasText: "before" }).waitFor();
    await page.locator("#composer").fill("a draft that stays");
    const { host } = new URL(server.url);
    await server.down("SIGKILL");
    await page.locator(".link-line", { hasText: "Not connected" }).waitFor();
    await server.up(host);
    await page.locator(".link-line").waitFor({ state: "detached" });
    assert.equal(await page.locator("#composer").inputValue(), "a draft that stays");
    await say(page, `@${handle} what is 2+2?`);
    await (await turn(page, "done")).locator("strong", { hasText: "2 + 2 = 4" }).waitFor();
  },
};
