// Tools of a person's own: an MCP server is added in the settings, tested, used in a direct thread with its calls on cards, and
// switched off again. The server is a small real one, the program that uses it is the real Codex.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { demoHandle, signIn, turn } from "../lib/browser.mjs";

const PROGRAM = fileURLToPath(new URL("../lib/mcp-server.mjs", import.meta.url));

async function settings(page) {
  await page.goto(new URL("/settings/tools", page.url()).href);
  await page.getByRole("heading", { name: "Tools", level: 1 }).waitFor();
}

async function add(page, name, command) {
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const form = page.getByRole("form", { name: "Add a tool server" });
  await form.getByRole("radio", { name: "As a command" }).click();
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Command").fill(command);
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.waitFor({ state: "detached" });
}

async function direct(page) {
  const assistant = await demoHandle(page, "tools");
  const thread = await page.evaluate(async (chosen) => {
    const reply = await fetch("/api/threads", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ assistant: chosen }) });
    return (await reply.json()).id;
  }, assistant);
  await page.goto(new URL(`/chat/${thread}`, page.url()).href);
  await page.locator("#composer").waitFor();
}

async function ask(page, call) {
  await page.locator("#composer").fill(`mock: mcp notes ${call}\nmock: text "noted"`);
  await page.locator("#composer").press("Enter");
}

/** A page whose person has the tool server `notes`, and what it was asked, line by line. */
async function withNotes({ server, browser }, walk) {
  const folder = await mkdtemp(join(tmpdir(), "switchboard-tools-"));
  const log = join(folder, "log");
  const page = await signIn(await browser.person(), await server.link());
  try {
    await settings(page);
    await add(page, "notes", `${process.execPath} ${PROGRAM} --log ${log}`);
    const said = async () => (await readFile(log, "utf8")).trim().split("\n").map((line) => JSON.parse(line));
    await walk(page, page.getByRole("region", { name: "notes", exact: true }), said);
    await settings(page);
    await remove(page, "notes");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function remove(page, name) {
  await page.getByRole("button", { name: `More about ${name}` }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("region", { name, exact: true }).waitFor({ state: "detached" });
}

export default {
  async "a tool is added, tested, and called once its card was accepted"(around) {
    await withNotes(around, async (page, card, said) => {
      await card.getByText("Not tested").waitFor();
      await card.getByRole("button", { name: "Test" }).click();
      await card.getByText("Works").waitFor();
      await card.getByText("7 tools").click();
      await card.getByText("Adds two numbers.").waitFor();
      await direct(page);
      await ask(page, "add {\"a\":1,\"b\":41}");
      const question = page.locator(".ask.waiting").first();
      await question.waitFor();
      for (const words of ["notes", "add", "\"a\": 1", "\"b\": 41"]) assert.ok((await question.innerText()).includes(words), words);
      assert.ok(!(await said()).some((line) => line.called), "not before it is accepted");
      await question.getByRole("button", { name: "Allow", exact: true }).click();
      const done = await turn(page, "done");
      await done.getByText("noted").waitFor();
      assert.deepEqual((await said()).filter((line) => line.called), [{ called: "add", arguments: { a: 1, b: 41 } }]);
      await done.getByText("notes").first().click();
      await done.getByText("sum: 42").first().waitFor();
    });
  },

  async "the form of a tool is answered on its card"(around) {
    await withNotes(around, async (page, _, said) => {
      await direct(page);
      await ask(page, "ask");
      const question = page.locator(".ask.waiting").first();
      await question.getByText("Who is it for?").waitFor();
      await question.getByLabel("Name").fill("Mara");
      const colors = question.getByLabel("Color");
      if (await colors.evaluate((one) => one.tagName === "SELECT")) await colors.selectOption("blue");
      else await question.getByLabel("blue").check();
      await question.getByRole("button", { name: "Accept", exact: true }).click();
      await (await turn(page, "done")).getByText("noted").waitFor();
      const [{ answered }] = (await said()).filter((line) => line.answered);
      assert.deepEqual([answered.action, answered.content], ["accept", { name: "Mara", color: "blue" }]);
    });
  },

  async "a tool that does not start says why, in the settings and in the answer"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await settings(page);
    await add(page, "broken", "/nonexistent/tools");
    const card = page.getByRole("region", { name: "broken", exact: true });
    await card.getByRole("button", { name: "Test" }).click();
    await card.getByText("Does not work").waitFor();
    await card.getByText(/no such command/).waitFor();
    await direct(page);
    await page.locator("#composer").fill("mock: text \"all the same\"");
    await page.locator("#composer").press("Enter");
    const done = await turn(page, "done");
    await done.getByText("all the same").waitFor();
    await done.getByText("Tool did not start: broken: ").first().waitFor();
    await settings(page);
    await remove(page, "broken");
  },

  async "a tool that wants a sign-in gets it in the browser, and works at once"({ server, browser }) {
    const outsider = spawn(process.execPath, [PROGRAM, "--http", "--oauth"], { stdio: ["ignore", "pipe", "inherit"] });
    const page = await signIn(await browser.person(), await server.link());
    try {
      const [address] = await once(createInterface(outsider.stdout), "line");
      await settings(page);
      await page.getByRole("button", { name: "Add", exact: true }).click();
      const form = page.getByRole("form", { name: "Add a tool server" });
      await form.getByLabel("Name").fill("tickets");
      await form.getByLabel("Address").fill(address);
      await form.getByRole("button", { name: "Add", exact: true }).click();
      const card = page.getByRole("region", { name: "tickets", exact: true });
      await card.getByRole("button", { name: "Test" }).click();
      await card.getByText("Wants you to sign in").waitFor();
      await card.getByRole("button", { name: "Sign in" }).click();
      await card.getByRole("button", { name: "Cancel" }).click();
      await card.getByText("The sign-in was cancelled.").waitFor();
      await card.getByRole("button", { name: "Try again" }).click();
      const opened = page.context().waitForEvent("page");
      await card.getByRole("link", { name: "Open the sign-in page" }).click();
      await (await opened).getByText("Authentication complete").waitFor();
      await card.getByText("Works", { exact: true }).waitFor();
      await card.getByText("7 tools").waitFor();
      await remove(page, "tickets");
    } finally {
      outsider.kill();
    }
  },

  async "somebody who is no admin is offered addresses only"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link({ handle: "toolless", name: "Tool Less" }));
    await settings(page);
    await page.getByText("has no tools of yours yet").waitFor();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const form = page.getByRole("form", { name: "Add a tool server" });
    assert.equal(await form.getByRole("radio").count(), 0);
    await form.getByLabel("Name").fill("inside");
    await form.getByLabel("Address").fill("http://localhost:9/mcp");
    await form.getByRole("button", { name: "Add", exact: true }).click();
    await form.getByText(/only an admin may add an address/i).waitFor();
  },
};
