// Finishes dist/: puts the workshop of the diagrams together, writes a compressed copy beside every file for the server to hand
// out, prints what the first load weighs (everything that index.html itself asks for, gzipped), and fails above the budget.
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const BUDGET = 180_000;
const dist = new URL("../dist/", import.meta.url);
const beside = (path) => new URL(`../${path}`, import.meta.url);

// A document without an origin may not load modules, so its script is one classic file: the library, then ours.
const parts = await Promise.all(["node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js", "diagram/workshop.js"].map((path) => readFile(beside(path))));
const script = Buffer.concat([parts[0], Buffer.from("\n"), parts[1]]);
const name = `diagram-${createHash("sha256").update(script).digest("base64url").slice(0, 8)}.js`;
await writeFile(new URL(`assets/${name}`, dist), script);
await writeFile(new URL("diagram.html", dist), (await readFile(beside("diagram/diagram.html"), "utf8")).replace("WORKSHOP", name));

const index = await readFile(new URL("index.html", dist), "utf8");
const first = new Set(["index.html", ...[...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1])]);

let sum = 0;
for (const path of ["index.html", "diagram.html", ...(await readdir(new URL("assets/", dist))).sort().map((file) => `assets/${file}`)]) {
  const plain = await readFile(new URL(path, dist));
  // The last step of brotli takes seconds for what is megabytes, and saves little.
  const quality = plain.length > 1_000_000 ? 9 : 11;
  const [gz, br] = await Promise.all([
    promisify(gzip)(plain, { level: 9 }),
    promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  ]);
  await writeFile(new URL(`${path}.gz`, dist), gz);
  await writeFile(new URL(`${path}.br`, dist), br);
  if (first.has(path)) sum += gz.length;
  console.log(`${first.has(path) ? "first" : "later"} ${String(gz.length).padStart(8)} gzip ${String(br.length).padStart(8)} br  ${path}`);
}
console.log(`first load ${sum} bytes gzip of ${BUDGET}`);
if (sum > BUDGET) process.exitCode = 1;
