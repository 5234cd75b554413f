/** How the page is built: relative to nothing but the server's root, hashed files under /assets/, nothing inlined. */
import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

const server = loadEnv("", ".", "SWITCHBOARD_")["SWITCHBOARD_URL"] ?? "http://127.0.0.1:4747";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    assetsDir: "assets",
    // The policy allows no data: fonts or scripts, and one request more costs nothing on a local server.
    assetsInlineLimit: 0,
    // The polyfill writes no script, but the browsers we aim at have no need of it either.
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: { "/api": { target: server, changeOrigin: true, headers: { origin: server } } },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node", testTimeout: 60_000 },
});
