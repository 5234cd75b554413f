/** The walls of the page: which folder may import which. */
import { expect, test } from "vitest";

const sources = import.meta.glob<string>("./**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
/** `state` reads the wire's types and calls the client; `ui` may speak `state`'s words; features know neither each other nor the app. */
const walls: Record<string, string[]> = {
  api: ["api"],
  state: ["state", "api"],
  ui: ["ui", "state", "api"],
  app: ["app", "features", "ui", "state", "api"],
};

test("imports go one way, and features do not import each other", () => {
  const wrong: string[] = [];
  for (const [path, text] of Object.entries(sources)) {
    const [, room = "", feature = ""] = path.split("/");
    if (path.split("/").length < 3) continue;
    for (const [, to = ""] of text.matchAll(/from "(\.[^"]+)"/g)) {
      const target = new URL(to, `file:///${path.slice(2)}`).pathname.split("/");
      const toRoom = target[1] ?? "";
      const fits = room === "features"
        ? (toRoom === "features" ? target[2] === feature : ["ui", "state", "api"].includes(toRoom))
        : walls[room]?.includes(toRoom) ?? false;
      if (!fits) wrong.push(`${path} imports ${to}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("no HTML is ever set from text", () => {
  const banned = /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write|\beval\(/;
  const found = Object.entries(sources).filter(([path, text]) => !path.endsWith("house.test.ts") && banned.test(text)).map(([path]) => path);
  expect(found).toEqual([]);
});
