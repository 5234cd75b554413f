// Prints what the first load weighs, gzipped, and fails above the budget: everything that index.html itself asks for.
import { readFile, readdir } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const BUDGET = 180_000;
const dist = new URL("../dist/", import.meta.url);
const index = await readFile(new URL("index.html", dist), "utf8");
const first = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1]);
let sum = gzipSync(index).length;
for (const name of (await readdir(new URL("assets/", dist))).sort()) {
  const path = `assets/${name}`;
  const size = gzipSync(await readFile(new URL(path, dist))).length;
  if (first.includes(path)) sum += size;
  console.log(`${first.includes(path) ? "first" : "later"} ${String(size).padStart(8)} ${path}`);
}
console.log(`first load ${sum} bytes gzip of ${BUDGET}`);
if (sum > BUDGET) process.exit(1);
