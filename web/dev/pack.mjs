// Writes a compressed copy beside every file of dist/ for the server to hand out, prints what the first load weighs
// (everything that index.html itself asks for, gzipped), and fails above the budget.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

const BUDGET = 180_000;
const dist = new URL("../dist/", import.meta.url);
const index = await readFile(new URL("index.html", dist), "utf8");
const first = new Set(["index.html", ...[...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1])]);

let sum = 0;
for (const path of ["index.html", ...(await readdir(new URL("assets/", dist))).sort().map((name) => `assets/${name}`)]) {
  const plain = await readFile(new URL(path, dist));
  const [gz, br] = await Promise.all([promisify(gzip)(plain, { level: 9 }), promisify(brotliCompress)(plain)]);
  await writeFile(new URL(`${path}.gz`, dist), gz);
  await writeFile(new URL(`${path}.br`, dist), br);
  if (first.has(path)) sum += gz.length;
  console.log(`${first.has(path) ? "first" : "later"} ${String(gz.length).padStart(8)} gzip ${String(br.length).padStart(8)} br  ${path}`);
}
console.log(`first load ${sum} bytes gzip of ${BUDGET}`);
if (sum > BUDGET) process.exitCode = 1;
