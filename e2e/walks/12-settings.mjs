// The settings, as an admin and as somebody who was invited.
import assert from "node:assert/strict";
import { demoHandle, newThread, signIn, turn } from "../lib/browser.mjs";

const SECTIONS = ["profile", "sessions", "tokens", "assistants", "people", "audit", "health"];

async function settings(page, url, section) {
  await page.goto(`${url}/settings/${section}`);
  await page.locator(".sheet h1").waitFor();
  await page.locator(".loading").waitFor({ state: "detached" });
}

/** Invites somebody and gives back the link, as it stands on the page. */
async function invite(page, url, name) {
  await settings(page, url, "people");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Make the link" }).click();
  const card = page.getByRole("region", { name: `Link for ${name}` });
  await card.getByText("It is not shown again").waitFor();
  return (await card.locator(".copy > span").first().innerText()).trim();
}

const person = (page, name) => page.locator(".people li", { hasText: name });

export default {
  async "somebody is invited, becomes an admin, and is removed"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const name = `Grace Hopper${Date.now() % 100000}`;
    const link = await invite(page, server.url, name);
    await person(page, name).getByText("Invited").waitFor();

    const theirs = await signIn(await browser.person(), link);
    await settings(theirs, server.url, "people");
    await person(theirs, name).getByText("You", { exact: true }).waitFor();
    assert.equal(await theirs.getByRole("button", { name: "Invite" }).count(), 0, "members do not invite");
    assert.equal(await theirs.getByRole("navigation", { name: "Settings" }).getByText("Audit").count(), 0);
    await settings(theirs, server.url, "audit");
    await theirs.getByText("This is for admins").waitFor();

    await settings(page, server.url, "people");
    await person(page, name).getByText("Invited").waitFor({ state: "detached" });
    await person(page, name).getByText("here now").waitFor();
    await person(page, name).getByRole("radio", { name: "Admin" }).click();
    await theirs.getByRole("navigation", { name: "Settings" }).getByText("Audit").waitFor();

    await person(page, name).getByRole("button", { name: "More about" }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    const question = page.getByRole("dialog");
    await question.getByText("They are signed out everywhere").waitFor();
    await question.getByRole("button", { name: "Remove" }).click();
    await person(page, name).waitFor({ state: "detached" });
    await theirs.getByText("Sign in with a link").waitFor();

    const other = await (await browser.person()).newPage();
    await other.goto(link);
    await other.getByText("link_expired").waitFor();

    await settings(page, server.url, "audit");
    await page.getByLabel("Action").selectOption("person.remove");
    await page.locator(".audit tbody tr", { hasNotText: "person.remove" }).first().waitFor({ state: "detached" });
    await page.locator(".audit tbody tr", { hasText: name }).waitFor();
  },

  async "a new name and handle are known to everybody at once"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const friend = await invite(page, server.url, `Ada${Date.now() % 100000}`);
    const theirs = await signIn(await browser.person(), friend);
    await settings(page, server.url, "people");
    await settings(theirs, server.url, "profile");
    const name = `Countess ${Date.now() % 100000}`;
    await theirs.getByLabel("Name", { exact: true }).fill(name);
    await theirs.getByRole("button", { name: "Save" }).click();
    await theirs.locator(".me-row", { hasText: name }).waitFor();
    await person(page, name).waitFor();

    await theirs.getByLabel("Handle").fill((await page.evaluate(() => fetch("/api/session").then((reply) => reply.json()))).person.handle);
    await theirs.getByRole("button", { name: "Save" }).click();
    await theirs.locator(".trouble", { hasText: "handle_taken" }).waitFor();
  },

  async "a token works until it is revoked, and is shown once"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const name = `walk ${Date.now()}`;
    await settings(page, server.url, "tokens");
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Name").press("Enter");
    const secret = (await page.getByRole("region", { name: `Token ${name}` }).locator(".copy > span").first().innerText()).trim();
    const status = () => fetch(`${server.url}/api/session`, { headers: { authorization: `Bearer ${secret}` } }).then((reply) => reply.status);
    assert.equal(await status(), 200);
    await page.reload();
    const row = page.locator("tr", { hasText: name });
    await row.getByText("just now").first().waitFor();
    assert.equal(await page.getByText(secret).count(), 0);
    await row.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await row.waitFor({ state: "detached" });
    assert.equal(await status(), 401);
  },

  async "an assistant is opened, limited and switched off for somebody"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page);
    const name = `Bea${Date.now() % 100000}`;
    const link = await invite(page, server.url, name);
    const theirs = await signIn(await browser.person(), link);
    await settings(page, server.url, "assistants");
    const card = page.locator(".assistant", { hasText: `@${handle}` });
    await card.getByRole("radio", { name: "Everyone" }).click();
    await card.locator('[role="radio"][aria-checked="true"]', { hasText: "Everyone" }).waitFor();
    await newThread(theirs, `@${handle} what is 2+2?`);
    await turn(theirs, "done");

    await card.locator(".limits-setting summary").click();
    await card.getByLabel("Answer to a mention").fill("45");
    await card.getByRole("button", { name: "Save" }).click();
    await card.getByText("mention 45 s").waitFor();
    await card.getByLabel("Answer to a mention").fill("");
    await card.getByRole("button", { name: "Save" }).click();
    await card.getByText("mention 120 s").waitFor();

    await card.getByRole("switch").click();
    await card.getByText("Off", { exact: true }).waitFor();
    await settings(theirs, server.url, "assistants");
    const seen = theirs.locator(".assistant", { hasText: `@${handle}` });
    await seen.getByText("Off", { exact: true }).waitFor();
    assert.equal(await seen.getByRole("switch").count(), 0, "members cannot switch it on");
    await card.getByRole("switch").click();
    await seen.getByText("Ready", { exact: true }).waitFor();
    await card.getByRole("radio", { name: "Owner" }).click();
    await seen.getByText("Not open to you", { exact: true }).waitFor();
    await card.getByRole("radio", { name: "Some people" }).click();
    await card.locator(".named label", { hasText: name }).getByRole("checkbox").check();
    await seen.getByText("Ready", { exact: true }).waitFor();

    await card.getByRole("button", { name: "More about" }).click();
    await page.getByRole("menuitem", { name: "New client secret" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Make a new one" }).click();
    await page.getByRole("region", { name: `Credentials of @${handle}` }).getByText("_CLIENT_SECRET=").waitFor();
  },

  async "the settings are found by their words, and fit on a phone"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await settings(page, server.url, "profile");
    await page.getByLabel("Find a setting").fill("revoke");
    await page.getByLabel("Find a setting").press("Enter");
    await page.waitForURL(/\/settings\/tokens$/);
    for (const section of SECTIONS) {
      await settings(page, server.url, section);
      await page.setViewportSize({ width: 380, height: 800 });
      const over = await page.locator(".sheet").evaluate((sheet) => sheet.scrollWidth - sheet.clientWidth);
      assert.ok(over <= 0, `${section} is ${over} px too wide on a phone`);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  },
};
