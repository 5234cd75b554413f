// The way in, and back out.
import assert from "node:assert/strict";
import { signIn } from "../lib/browser.mjs";

export default {
  async "the printed link signs in once, and a used one says how to get another"({ server, browser }) {
    const link = await server.firstLink();
    const page = await signIn(await browser.person(), link);
    assert.equal(new URL(page.url()).hash, "");
    await page.reload();
    await page.locator(".me-row").waitFor();
    await page.locator(".demo-line").waitFor();

    const other = await (await browser.person()).newPage();
    await other.goto(link);
    await other.getByText("link_expired").waitFor();
    await other.getByText("switchboard people link").waitFor();
    assert.equal(new URL(other.url()).hash, "");
  },

  async "an address with a mention survives signing in"({ server, browser }) {
    const context = await browser.person();
    const page = await context.newPage();
    await page.goto(`${server.url}/chat?mention=somebody`);
    await page.getByText("Sign in with a link").waitFor();
    await page.goto(await server.link());
    await page.waitForURL(/\/chat\?mention=somebody$/);
    await page.locator("#composer").waitFor();
    assert.equal(await page.locator("#composer").inputValue(), "@somebody ");
  },

  async "a session that is ended elsewhere ends here"({ server, browser }) {
    const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605";
    const away = await signIn(await browser.person({ userAgent: phone }), await server.link());
    const here = await signIn(await browser.person(), await server.link());
    await here.goto(`${server.url}/settings/sessions`);
    await here.locator("tr", { hasText: "This one" }).waitFor();
    await here.locator("tr", { hasText: "iPhone" }).getByRole("button", { name: "Sign out" }).click();
    await away.getByText("Sign in with a link").waitFor();
    await here.locator("tr", { hasText: "iPhone" }).waitFor({ state: "detached" });

    await here.locator("tr", { hasText: "This one" }).getByRole("button", { name: "Sign out" }).click();
    await here.getByText("Sign in with a link").waitFor();
  },
};
