// Runs the walks one after another, or those whose names hold one of the given words, and ends with
// `N passed, M failed, K skipped`. The environment says with what:
//   SWITCHBOARD_BIN            the binary (built with the page), else target/debug/switchboard
//   CHROMIUM                   the browser, else /usr/bin/chromium
//   SWITCHBOARD_TEST_POSTGRES  a PostgreSQL server: what touches the database is walked once more on it
//   SWITCHBOARD_DATABASE       that database instead of the demo's own file
import { readdir } from "node:fs/promises";
import { Browser } from "./lib/browser.mjs";
import { Database } from "./lib/database.mjs";
import { Server } from "./lib/server.mjs";

const WALK_MS = 300_000;
const asked = process.argv.slice(2);
const count = { passed: 0, failed: 0 };

const folder = new URL("walks/", import.meta.url);
const walks = [];
for (const file of (await readdir(folder)).filter((name) => name.endsWith(".mjs")).sort()) {
  const { default: all, everyDatabase = false } = await import(new URL(file, folder));
  for (const [name, walk] of Object.entries(all)) {
    if (asked.length === 0 || asked.some((word) => name.includes(word))) walks.push({ name, walk, everyDatabase });
  }
}

/** A walk that hangs must not hang them all. */
function limit(ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the walk took longer than ${ms / 1000} s`)), ms);
  });
  return { late, done: () => clearTimeout(timer) };
}

async function round(start, chosen, label) {
  if (chosen.length === 0) return;
  let server;
  let browser;
  try {
    server = await start();
    browser = await Browser.launch();
    for (const { name, walk } of chosen) await step(`${name}${label}`, walk, { server, browser });
  } catch (error) {
    count.failed += 1;
    console.log(`FAILED around the walks${label}\n${error.stack ?? error}`);
  } finally {
    await browser?.close();
    await server?.end();
  }
}

async function step(name, walk, around) {
  const began = Date.now();
  const { late, done } = limit(WALK_MS);
  let problem = null;
  try {
    await Promise.race([walk(around), late]);
  } catch (error) {
    problem = error;
  } finally {
    done();
  }
  const seen = problem ? await around.browser.seen() : "";
  const complaints = await around.browser.sweep();
  if (!problem && complaints.length) problem = new Error("the page complained");
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (!problem) {
    count.passed += 1;
    console.log(`ok ${name} (${seconds} s)`);
    return;
  }
  count.failed += 1;
  const told = [problem.stack ?? problem, ...complaints, seen, `the server said:\n${around.server.said}`];
  console.log(`FAILED ${name} (${seconds} s)\n${told.filter(Boolean).join("\n")}`);
  await around.server.revive();
}

const { SWITCHBOARD_DATABASE: given, SWITCHBOARD_TEST_POSTGRES: lent } = process.env;
await round(() => (given ? Server.on(given) : Server.demo()), given ? walks.filter((one) => one.everyDatabase) : walks, "");
if (lent && !given) {
  let database;
  await round(async () => {
    database = await Database.on(lent);
    return Server.on(database.url);
  }, walks.filter((one) => one.everyDatabase), ", on PostgreSQL");
  await database?.drop();
}
console.log(`${count.passed} passed, ${count.failed} failed, 0 skipped`);
process.exit(count.failed ? 1 : 0);
