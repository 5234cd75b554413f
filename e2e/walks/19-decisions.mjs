// Every kind of question with every decision that its card offers, asked by the real Codex and answered in the browser, and what came
// of it on disk, at a tool, or in the turn.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { demoHandle, focusIs, say, send, signIn } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";
import { until } from "../lib/until.mjs";

const PROGRAM = fileURLToPath(new URL("../lib/mcp-server.mjs", import.meta.url));
const ALL = ["Accept", "Accept for session", "Decline", "Cancel turn"];

/** A direct thread with the assistant that asks, on its page. */
async function direct(page, settings) {
  const assistant = await demoHandle(page, "approvals");
  const { id } = await send(page, "/api/threads", { assistant, settings });
  await page.goto(new URL(`/chat/${id}`, page.url()).href);
  await page.locator("#composer").waitFor();
  return id;
}

/** Asks, and presses that button of the card that comes; resolves when the turn is over, and wants it so. */
async function answer(page, script, offered, decision) {
  const before = await page.locator(".turn").count();
  await say(page, script);
  const card = page.locator(".ask.waiting").first();
  await card.waitFor();
  for (const label of offered) await card.getByRole("button", { name: label, exact: true }).waitFor();
  await card.getByRole("button", { name: decision, exact: true }).click();
  await card.waitFor({ state: "detached" });
  await over(page, before, decision === "Cancel turn" ? "cancelled" : "done");
}

/** Asks for what needs no answer. */
async function unasked(page, script) {
  const before = await page.locator(".turn").count();
  await say(page, script);
  await over(page, before, "done");
}

/** Waits until the turn after so many stands in that state; what it asks meanwhile is declined. */
async function over(page, before, state) {
  const turn = page.locator(".turn").nth(before);
  const ended = turn.and(page.locator(`[data-state="${state}"]`));
  const open = page.locator(".ask.waiting").first();
  for (;;) {
    await ended.or(open).first().waitFor();
    if (await ended.count()) return;
    await open.getByRole("button", { name: "Decline", exact: true }).click();
    await open.waitFor({ state: "detached" });
  }
}

export default {
  async "each decision about a command and a change has its effect on disk"({ browser }) {
    const server = await Server.demo();
    try {
      const page = await signIn(await browser.person(), await server.link());
      for (const [kind, work] of [
        ["command", (name) => `shell "touch ${name}" escalate=1`],
        ["change", (name) => `patch add ${name} "hello\\n"`],
      ]) {
        const thread = await direct(page, {});
        const folder = join(await server.apart(), "threads", thread);
        for (const decision of ["Decline", "Cancel turn", "Accept", "Accept for session"]) {
          const name = `${kind}-${decision.replaceAll(" ", "-")}.txt`;
          await answer(page, `mock: ${work(name)}\nmock: text "ok"`, ALL, decision);
          assert.equal(existsSync(join(folder, name)), decision.startsWith("Accept"), `${kind}: ${decision}`);
        }
      }
    } finally {
      await server.end();
    }
  },

  async "permissions are given for a turn, for the session, or not at all"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    // Not below a folder for temporary files, which may be written in anyway.
    const folder = await mkdtemp("/var/tmp/switchboard-given-");
    try {
      await direct(page, { permission: "standard" });
      const write = (name) => `mock: shell "touch ${join(folder, name)}"\nmock: text "ok"`;
      for (const [decision, now, later] of [["Decline", false, false], ["Accept", true, false], ["Accept for session", true, true]]) {
        const name = decision.replaceAll(" ", "-");
        await answer(page, `mock: permissions write=${folder}\n${write(name)}`, ["Accept", "Accept for session", "Decline"], decision);
        assert.equal(existsSync(join(folder, name)), now, decision);
        await unasked(page, write(`${name}-later`));
        assert.equal(existsSync(join(folder, `${name}-later`)), later, `${decision}, later`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },

  async "each answer to a tool, its form and its link reaches it"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const folder = await mkdtemp(join(tmpdir(), "switchboard-tools-"));
    const log = join(folder, "log");
    const said = async () => (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean).map((line) => JSON.parse(line));
    try {
      const handle = await demoHandle(page, "tools");
      const { items } = await (await page.request.get(new URL("/api/assistants", page.url()).href)).json();
      const { id } = items.find((one) => one.handle === handle);
      const transport = { type: "stdio", command: process.execPath, args: [PROGRAM, "--log", log], variables: [] };
      const given = await send(page, `/api/assistants/${id}/mcp-servers`, { name: "notes", transport });
      await direct(page, {});
      const call = (words) => `mock: mcp notes ${words}\nmock: text "noted"`;
      for (const [decision, calls] of [["Decline", 0], ["Cancel turn", 0], ["Allow", 1], ["Accept for session", 1]]) {
        const before = (await said()).length;
        await answer(page, call("add {\"a\":1,\"b\":2}"), ["Allow", "Accept for session", "Decline", "Cancel turn"], decision);
        assert.equal((await said()).slice(before).filter((line) => line.called).length, calls, decision);
      }
      await unasked(page, call("add {\"a\":3,\"b\":4}"));
      for (const [tool, yes, decision, action] of [
        ["ask", "Accept", "Decline", "decline"], ["ask", "Accept", "Cancel turn", "cancel"],
        ["link", "Allow", "Allow", "accept"], ["link", "Allow", "Decline", "decline"], ["link", "Allow", "Cancel turn", "cancel"],
      ]) {
        const before = (await said()).length;
        await answer(page, call(tool), [yes, "Decline", "Cancel turn"], decision);
        // A cancelled turn doesn't wait until its tool has heard the answer.
        const answers = await until(`${tool} has heard ${decision}`, async () => {
          const heard = (await said()).slice(before).filter((line) => line.answered);
          return heard.length > 0 && heard;
        });
        assert.deepEqual(answers.map((line) => line.answered.action), [action], `${tool}: ${decision}`);
      }
      await page.evaluate(async (path) => fetch(path, { method: "DELETE" }), `/api/assistants/${id}/mcp-servers/${given.id}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },

  async "a question that is cancelled ends the turn, and a proposal can be revised"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await direct(page, {});
    await answer(page, "mock: ask color \"Which color?\" options=\"Red=warm,Blue=cold\"\nmock: text \"noted\"", ["Answer", "Cancel turn"], "Cancel turn");
    await direct(page, { plan: true });
    await unasked(page, "mock: proposal \"# The plan\\n\\n- write it down\"");
    await page.locator(".turn").last().getByRole("button", { name: "Revise" }).click();
    await focusIs(page, "composer");
  },
};
