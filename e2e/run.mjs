// Runs the walks one after another against one server, or those whose names are given, and ends with
// `N passed, M failed, K skipped`. SWITCHBOARD_BIN is the binary, CHROMIUM the browser, SWITCHBOARD_DATABASE the database.
import { readdir } from "node:fs/promises";
import { Browser } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

const WALK_MS = 180_000;
const asked = process.argv.slice(2);
const folder = new URL("walks/", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".mjs")).sort();
const walks = [];
for (const file of files) {
  for (const [name, walk] of Object.entries((await import(new URL(file, folder))).default)) walks.push({ name, walk });
}
const chosen = walks.filter(({ name }) => asked.length === 0 || asked.some((word) => name.includes(word)));

const limit = (ms) => new Promise((_, reject) => {
  setTimeout(() => reject(new Error(`the walk took longer than ${ms / 1000} s`)), ms).unref();
});

let passed = 0;
let failed = 0;
let server;
let browser;
try {
  server = await Server.start();
  browser = await Browser.launch();
  for (const { name, walk } of chosen) {
    const began = Date.now();
    let problem = null;
    try {
      await Promise.race([walk({ server, browser }), limit(WALK_MS)]);
    } catch (error) {
      problem = error;
    }
    const complaints = await browser.sweep();
    if (!problem && complaints.length) problem = new Error(`the page complained:\n${complaints.join("\n")}`);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    if (problem) {
      failed += 1;
      console.log(`FAILED ${name} (${seconds} s)\n${problem.stack ?? problem}\n${complaints.join("\n")}\nthe server said:\n${server.said}`);
    } else {
      passed += 1;
      console.log(`ok ${name} (${seconds} s)`);
    }
  }
} catch (error) {
  failed += 1;
  console.log(`FAILED before the walks\n${error.stack ?? error}`);
} finally {
  await browser?.close();
  await server?.end();
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
