// Writes src/api/generated.ts from the server's own description of its wire, docs/protocol/openapi.json.
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const from = new URL("../../docs/protocol/openapi.json", import.meta.url);
const to = new URL("../src/api/generated.ts", import.meta.url);
const nodes = await openapi(JSON.parse(await readFile(from, "utf8")), { alphabetize: true, emptyObjectsUnknown: true });
const text = `/** Generated from docs/protocol/openapi.json by \`npm run gen\`. Do not edit. */\n\n${astToString(nodes)}`;
await writeFile(to, text);
