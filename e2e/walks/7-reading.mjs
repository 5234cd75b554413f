// What is read: it grows without moving, it is drawn in full under the page's policy, and nothing foreign in it ever runs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { demoHandle, idOf, newThread, post, say, send, signIn, turn } from "../lib/browser.mjs";

const corpus = JSON.parse(await readFile(new URL("../../web/src/ui/markdown/foreign.json", import.meta.url), "utf8"));

const answer = `A first paragraph that is long enough to wrap over more than one line of the column, so that it grows until it does.

\`\`\`rust
fn main() {
    println!("hello");
}
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

The formula $e^{x}$ costs $5 and $10, and

$$
\\frac{1}{2}
$$

- one **bold** thing
- another \`thing\`

\`\`\`mermaid
graph LR
A[Browser] --> B[Server]
\`\`\`

The end of it all.`;
const quoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/** What moved on the page since, by more than a rounding error. */
async function watchShifts(page) {
  await page.evaluate(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) {
        globalThis.shifts.push({ value, what: sources.map(({ node, previousRect, currentRect }) => `${node?.nodeName}.${node?.className ?? ""} ${previousRect.y} to ${currentRect.y}`) });
      }
    }).observe({ type: "layout-shift" });
  });
}

const scroll = (page) => page.locator(".main .scroll");
/** Waits until the end is in sight: it is followed once what came is drawn. */
const atEnd = (page) => page.waitForFunction(() => {
  const box = document.querySelector(".main .scroll");
  return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
});

/** Two frames later, and once every diagram in view is drawn or says why not: drawing takes longer than passing by. */
const settled = (page) => page.evaluate(() => new Promise((done) => {
  const box = document.querySelector(".main .scroll").getBoundingClientRect();
  const inView = (one) => one.getBoundingClientRect().bottom > box.top && one.getBoundingClientRect().top < box.bottom;
  const look = () => {
    const waiting = [...document.querySelectorAll(".log .diagram")].filter((one) => inView(one) && !one.querySelector("img, .diagram-why, .typing"));
    if (waiting.length === 0) done();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(() => requestAnimationFrame(look));
}));

export default {
  async "an answer grows without moving anything that is read"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const handle = await demoHandle(page, "streams");
    await newThread(page, "hello");
    await page.locator(".msg[data-message]").waitFor();
    await say(page, `@${handle} go\nmock: type ${quoted(answer)} 15ms`);
    // What moves with the sending of the question itself is the person's doing.
    await page.locator('.turn[data-state="running"] .typing').first().waitFor();
    await watchShifts(page);
    const card = await turn(page, "done");
    await card.locator(".diagram img").waitFor();
    await card.locator(".code .k").first().waitFor();
    await card.locator("math").nth(1).waitFor();
    await atEnd(page);
    const shifts = await page.evaluate(() => globalThis.shifts.filter(({ value }) => value > 0.0003));
    assert.deepEqual(shifts, []);
  },

  async "code, formulas and diagrams are drawn, and a diagram that cannot be shows its source"({ server, browser }) {
    const context = await browser.person({ permissions: ["clipboard-read", "clipboard-write"] });
    const page = await signIn(context, await server.link());
    const url = await newThread(page, answer);
    const message = page.locator(".msg[data-message]").first();
    await message.locator("math").nth(1).waitFor();
    assert.equal(await message.locator("math").count(), 2, "prices are no formulas");
    await message.getByText("costs $5 and $10").waitFor();
    const code = message.locator(".code").first();
    await code.locator(".k", { hasText: "fn" }).waitFor();
    await code.getByRole("button", { name: "Copy code" }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'fn main() {\n    println!("hello");\n}');
    await code.getByRole("button", { name: "Wrap lines" }).click();
    assert.equal(await code.locator("pre").evaluate((pre) => getComputedStyle(pre).whiteSpaceCollapse), "preserve");

    const picture = message.locator(".diagram img");
    await picture.waitFor();
    assert.match(await picture.getAttribute("src"), /^blob:/);
    await message.getByRole("button", { name: "Open large" }).click();
    await page.getByRole("dialog").locator("img").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Open large", "the focus is back");
    const frames = page.frames().filter((frame) => frame.url().endsWith("/diagram.html"));
    assert.equal(frames.length, 1, "one workshop draws them all");
    assert.equal(await frames[0].evaluate(() => globalThis.origin), "null", "it has no origin");

    await post(page, idOf(url), { text: "```mermaid\nthis is --> no diagram ((\n```" });
    const broken = page.locator(".msg .diagram").last();
    await broken.scrollIntoViewIfNeeded();
    await broken.getByText("Not drawn").waitFor();
    await broken.locator("code", { hasText: "this is --> no diagram" }).waitFor();
    // Without the frame that nobody sees, into which axe cannot look.
    const { violations } = await new AxeBuilder({ page }).exclude("iframe").withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`), []);
  },

  async "foreign words are shown wherever they may stand, and nothing of them runs or is asked for"({ server, browser }) {
    const context = await browser.person();
    const page = await signIn(context, await server.link());
    const handle = await demoHandle(page, "approvals");
    const elsewhere = new Set();
    context.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== server.url) elsewhere.add(request.url());
    });
    // What a policy refuses is never sent. The workshop draws what the source of a diagram says, and its policy refuses the rest.
    context.on("requestfailed", (request) => {
      if (request.failure()?.errorText === "csp" && request.frame().url().endsWith("/diagram.html")) elsewhere.delete(request.url());
    });
    page.on("dialog", (dialog) => {
      elsewhere.add(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const guest = await signIn(await browser.person(), await server.link({ handle: "foreign", name: "<img src=x onerror=globalThis.ran=1>" }));
    const thread = idOf(await newThread(page, "foreign words"));
    await page.evaluate(async ([id, title]) => {
      await fetch(`/api/threads/${id}`, { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify({ title, visibility: "open" }) });
    }, [thread, "<svg onload=globalThis.ran=1> \" onmouseover=\"globalThis.ran=1"]);
    await guest.goto(page.url());
    await guest.locator(".msg").first().waitFor();
    for (const text of corpus) await post(guest, thread, { text });
    const files = [];
    for (const name of ["<img src=x onerror=globalThis.ran=1>.txt", "\" onload=\"globalThis.ran=1.html", "\u202egnp.svg"]) {
      files.push(await guest.evaluate(async (file) => {
        const reply = await fetch(`/api/attachments?name=${encodeURIComponent(file)}`, { method: "POST", headers: { "content-type": "text/html" }, body: "<script>globalThis.ran=1</script>" });
        return (await reply.json()).id;
      }, name));
    }
    await post(guest, thread, { text: "with files", attachments: files });
    await post(page, thread, { text: `@${handle} go\nmock: reason ${quoted(corpus[1])} ; text ${quoted(corpus.slice(0, 40).join("\n\n"))}` });
    await turn(page, "done");
    await page.locator(".msg", { hasText: "with files" }).locator(".file").nth(2).waitFor();
    const foreign = "<img src=x onerror=globalThis.ran=1>";
    await post(page, thread, { text: `@${handle} go\nmock: shell ${quoted(`printf '%s' '${foreign}'`)}\nmock: text "Printed."` });
    const printed = page.locator('.turn[data-state="done"]', { hasText: "Printed." });
    await page.locator(".ask.waiting").getByRole("button", { name: "Accept", exact: true }).click();
    await printed.waitFor();
    const command = printed.locator("details.step", { hasText: "exit 0" });
    await command.locator("summary").click();
    // A shell may have words of its own before it.
    await command.getByLabel("Output", { exact: true }).filter({ hasText: foreign }).waitFor();

    // Every message is drawn once on the way through the log.
    const drawn = new Set();
    const look = async () => {
      for (const seq of await page.locator(".log [data-seq]").evaluateAll((all) => all.map((one) => one.dataset.seq))) drawn.add(seq);
      return scroll(page).evaluate((box) => {
        const top = box.scrollTop === 0 && document.querySelector('[data-seq="1"]') !== null;
        box.scrollTop -= 400;
        return top;
      });
    };
    let pictures = 0;
    for (let step = 0; !(await look()); step++) {
      assert.ok(step < 400, "the beginning is never reached");
      await settled(page);
      pictures = Math.max(pictures, await page.locator(".diagram img").count());
    }
    assert.ok(drawn.size >= corpus.length, `${drawn.size} messages were drawn`);
    assert.ok(pictures > 0, "diagrams with foreign words are drawn");
    for (const open of [page, guest]) {
      for (const frame of open.frames()) assert.equal(await frame.evaluate(() => globalThis.ran), undefined, frame.url());
      assert.equal(await open.locator(".main img[onerror], .main script, .main iframe, .main object, .main embed, .main [onload], .main [onclick]").count(), 0);
    }
    assert.deepEqual([...elsewhere], []);
    assert.equal(await page.locator(".log").evaluate((log) => [...log.querySelectorAll("a")].filter((a) => !/^(https?:|mailto:)/.test(a.href)).length), 0);
  },

  async "what is unfolded by hand opens where it stands, and is no news"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const assistant = await demoHandle(page, "approvals");
    const { id } = await send(page, "/api/threads", { assistant, settings: { permission: "standard" } });
    // What a fold holds may come late.
    const late = [];
    await page.route(/\/Patch[^/]*\.js/, (route) => new Promise((go) => late.push(() => go(route.continue()))));
    await page.goto(new URL(`/chat/${id}`, page.url()).href);
    await post(page, id, { text: `mock: patch add long.txt ${quoted("a line\n".repeat(60))}\nmock: text "Written."` });
    const done = await turn(page, "done");
    const changes = done.locator("details.changes > summary");
    await changes.waitFor();
    await atEnd(page);
    await changes.click();
    const was = (await changes.boundingBox()).y;
    await done.locator("details.changes").getByText("Loading").waitFor();
    // Later than what a hand does at once, by the page's own clock.
    const began = await page.evaluate(() => performance.now());
    await page.waitForFunction((then) => performance.now() > then + 500, began);
    assert.ok(late.length, "it was not asked for");
    for (const go of late) go();
    await done.locator("details.changes .patches").getByText("a line", { exact: true }).first().waitFor();
    await settled(page);
    assert.ok(Math.abs((await changes.boundingBox()).y - was) < 2, "it stays under the hand");
    assert.equal(await page.locator(".new-below").count(), 0);
  },

  async "what was not read stands behind a line, and the end is followed only by whoever is there"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    const url = await newThread(page, "the first of many");
    const thread = idOf(url);
    await page.locator(".msg[data-message]").waitFor();
    await page.evaluate(async (id) => {
      await fetch(`/api/threads/${id}`, { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify({ visibility: "open" }) });
    }, thread);
    const reader = await signIn(await browser.person(), await server.link({ handle: "reader", name: "Reader" }));
    await page.evaluate(async (id) => {
      const { items } = await (await fetch("/api/people")).json();
      const person = items.find(({ handle }) => handle === "reader").id;
      await fetch(`/api/threads/${id}/members`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ person }) });
    }, thread);
    await reader.goto(url);
    await reader.locator(".msg", { hasText: "the first of many" }).waitFor();
    for (let n = 1; n <= 30; n++) await post(page, thread, { text: `words ${n}` });
    await reader.locator(".msg", { hasText: /words 30$/ }).waitFor();
    await atEnd(reader);

    await scroll(reader).evaluate((box) => {
      box.scrollTop = 0;
    });
    await reader.locator(".msg", { hasText: /words 1$/ }).waitFor();
    const read = reader.locator(".msg", { hasText: /words 3$/ });
    const was = (await read.boundingBox()).y;
    await post(page, thread, { text: "news at the end" });
    await reader.getByRole("button", { name: "New below" }).waitFor();
    assert.equal((await read.boundingBox()).y, was, "what is read stays");
    await reader.getByRole("button", { name: "New below" }).click();
    await reader.locator(".msg", { hasText: "news at the end" }).waitFor();
    await atEnd(reader);

    await reader.waitForFunction(async (id) => (await (await fetch(`/api/threads/${id}`)).json()).unread === 0, thread);
    await reader.goto("about:blank");
    for (const n of [1, 2]) await post(page, thread, { text: `came later ${n}` });
    await reader.goto(url);
    await reader.locator(".day.unread + .exchange", { hasText: "came later 1" }).waitFor();
    assert.equal(await reader.locator(".day.unread").count(), 1);

    await reader.goto(`${url}#m-3`);
    const found = reader.locator("#m-3");
    await found.waitFor();
    await reader.waitForFunction(() => {
      const box = document.getElementById("m-3")?.getBoundingClientRect();
      return box && box.top > 0 && box.bottom < innerHeight;
    });
  },

  async "nothing moves for whoever asked for less motion"({ server, browser }) {
    const page = await signIn(await browser.person({ reducedMotion: "reduce" }), await server.link());
    const handle = await demoHandle(page);
    await newThread(page, `@${handle} go\nmock: text "Slowly." ; gate forever`);
    await (await turn(page, "running")).getByText("Slowly.").waitFor();
    const arc = () => page.locator(".lamp.running").first().evaluate((lamp) => getComputedStyle(lamp, "::before").animationName);
    const moving = () => page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running").map((one) => one.animationName ?? one.transitionProperty));
    assert.equal(await arc(), "none");
    assert.deepEqual(await moving(), []);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    assert.equal(await arc(), "spin", "it moves for everybody else");
    await page.keyboard.press("Control+.");
    await turn(page, "cancelled");
  },

  async "a message is changed by its author, and says so"({ server, browser }) {
    const page = await signIn(await browser.person(), await server.link());
    await newThread(page, "words with a mistaek");
    const message = page.locator(".msg[data-message]").first();
    await message.hover();
    await message.getByRole("button", { name: "Edit" }).click();
    await message.getByRole("textbox", { name: "Message" }).fill("words without one");
    await message.getByRole("textbox", { name: "Message" }).press("Enter");
    await message.getByText("words without one").waitFor();
    await message.getByText("edited", { exact: true }).waitFor();
    await page.reload();
    await page.locator(".msg", { hasText: "words without one" }).getByText("edited", { exact: true }).waitFor();
  },
};
