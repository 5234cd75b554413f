// Every way in which a turn ends badly, as the page tells it: the code and the remedy that the API gives, also after a reload, and a
// turn that works again once the reason is gone. The demo's own assistant is behind it, through a program that a walk can spoil.
import assert from "node:assert/strict";
import { chmod, copyFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idOf, newThread, post, signIn, turn } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";

const REAL = process.env.SWITCHBOARD_TEST_CODEX;

/** What the program does instead of its work, while the file `instead` lies beside it. */
const spoilt = (what) => `begin() { printf '{"type":"thread.started","thread_id":"s"}\\n{"type":"turn.started"}\\n'; }
if [ "$1" = exec ]; then cat > /dev/null; ${what}
fi
`;
const SANDBOX_DENIED = spoilt(`begin
printf '{"type":"item.completed","item":{"id":"c","type":"command_execution","command":"touch x","aggregated_output":"touch: cannot touch x: Read-only file system","exit_code":1,"status":"failed"}}\\n{"type":"turn.completed","usage":{}}\\n'
exit 0`);
const SANDBOX_UNAVAILABLE = spoilt(`begin; echo "bubblewrap is unavailable: no system bwrap was found" >&2; exit 101`);
const CRASHED = spoilt(`begin; echo "disk on fire" >&2; exit 3`);
const FLOOD = spoilt(`begin; yes '{"type":"item.completed","item":{"id":"x","type":"reasoning","text":"again and again and again and again"}}'`);

class Spoilable {
  folder;
  server;
  page;
  browser;

  static async start(browser) {
    const house = new Spoilable();
    house.folder = await mkdtemp(join(tmpdir(), "switchboard-spoilable-"));
    await writeFile(house.program, `#!/bin/sh
here=$(dirname "$0")
if [ -f "$here/instead" ]; then . "$here/instead"; fi
exec '${REAL}' "$@"
`);
    await chmod(house.program, 0o755);
    house.server = await Server.demo({ SWITCHBOARD_PROVIDERS__CHATGPT__PROGRAM: house.program, SWITCHBOARD_PROVIDERS__CHATGPT__OVER: "exec" });
    house.browser = browser;
    house.page = await signIn(await browser.person(), await house.server.link());
    return house;
  }

  get program() {
    return join(this.folder, "codex");
  }

  async instead(what) {
    await writeFile(join(this.folder, "instead"), what);
  }

  async asItWas() {
    await rm(join(this.folder, "instead"), { force: true });
  }

  async end() {
    await this.server.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Asks as a program does, because the composer says beforehand that nobody could answer, and compares the card with what
   *  the API says; the card. */
  async fails(code, text = "@chatgpt hello", { page = this.page, state = "failed", meanwhile = async () => {} } = {}) {
    const thread = idOf(await newThread(page, "the next one"));
    await post(page, thread, { text });
    await meanwhile();
    await this.told(page, code, state);
    await page.reload();
    return this.told(page, code, state);
  }

  async told(page, code, state) {
    const card = await turn(page, state);
    const shown = card.locator(".end-card");
    await shown.locator(".id", { hasText: code }).waitFor();
    const thread = /\/chat\/([0-9a-f-]+)/.exec(page.url())[1];
    const reply = await page.request.get(new URL(`/api/threads/${thread}/messages`, page.url()).href);
    const { error } = (await reply.json()).turns.at(-1);
    assert.equal(error.code, code);
    const words = flat(await shown.innerText());
    // Whose limit it is, the card says more exactly than the message.
    for (const said of code === "rate_limited" ? [error.hint] : [error.message, error.hint]) {
      assert.ok(words.includes(flat(said)), `${JSON.stringify(said)} is not on the card: ${words}`);
    }
    return card;
  }

  async answersAgain(page = this.page) {
    await page.getByRole("button", { name: "Retry" }).last().click();
    await turn(page, "done");
  }
}

/** Without what only marks code, and without case: a card begins its sentences with a capital. */
const flat = (text) => text.replaceAll("`", "").replace(/\s+/g, " ").toLowerCase();

export default {
  async "each outcome code is on the page with the remedy that the API gives"({ browser }) {
    const house = await Spoilable.start(browser);
    try {
      const login = join(await house.server.apart(), "codex-home", "auth.json");
      await copyFile(login, `${login}.kept`);

      await house.fails("empty_reply", "@chatgpt mock: empty");
      await house.fails("rate_limited", "@chatgpt mock: status 429 resets_in=3600");
      await house.fails("upstream_failed", '@chatgpt mock: text "part" ; cut');

      for (const [code, program] of [
        ["sandbox_denied", SANDBOX_DENIED], ["sandbox_unavailable", SANDBOX_UNAVAILABLE], ["crashed", CRASHED],
        ["too_much_output", FLOOD],
      ]) {
        await house.instead(program);
        await house.fails(code);
        await house.asItWas();
      }
      await house.answersAgain();

      await rename(house.program, `${house.program}.away`);
      const card = await house.fails("not_installed");
      await card.getByText("npm install -g @openai/codex").first().waitFor();
      await rename(`${house.program}.away`, house.program);
      await house.answersAgain();

      await rm(login);
      await house.fails("not_signed_in");
      await writeFile(login, JSON.stringify({ OPENAI_API_KEY: "sk-none-of-this-is-real" }));
      await house.fails("api_key_login");
      await copyFile(`${login}.kept`, login);
      // It goes on by itself once the login is noticed.
      await turn(house.page, "done");

      await house.server.run("assistants", "disable", "chatgpt");
      await house.fails("assistant_unavailable");
      await house.server.run("assistants", "enable", "chatgpt");

      const ben = await signIn(await browser.person(), await house.server.link({ handle: "ben", name: "Ben" }));
      await house.server.run("assistants", "access", "chatgpt", "owner");
      await house.fails("assistant_not_allowed", "@chatgpt hello", { page: ben });
      await house.server.run("assistants", "access", "chatgpt", "everyone");
      await house.answersAgain(ben);

      // A busy machine may take a while until the program says anything.
      const soFar = house.page.getByText("so far", { exact: true });
      for (const limit of ["3", "9", "27"]) {
        await house.server.run("assistants", "limits", "chatgpt", "--mention", limit);
        await house.fails("timed_out", '@chatgpt mock: text "so far" ; gate never ; text "all"');
        if (limit === "27" || await soFar.count()) break;
      }
      await soFar.first().waitFor();
      await house.server.run("assistants", "limits", "chatgpt", "--mention", "120");

      await house.fails("abandoned", '@chatgpt\nmock: shell "echo done"\nmock: gate never ; text "all"', {
        state: "abandoned",
        meanwhile: async () => {
          // Once the command is over, the program waits for the gate.
          await house.page.locator('.turn[data-state="running"]').getByText("echo done").first().waitFor();
          const listen = new URL(house.server.url).host;
          await house.server.down("SIGKILL");
          await house.server.up(listen);
        },
      });
    } catch (problem) {
      throw new Error(`${problem.stack ?? problem}\nthe server said:\n${house.server.said}`);
    } finally {
      await house.end();
    }
  },
};
