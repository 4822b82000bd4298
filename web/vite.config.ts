import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const server = process.env["INTERLOCK_URL"] ?? "http://127.0.0.1:8000";
// The server accepts its own origin only, so what passes through here has to carry it.
const proxied = { target: server, changeOrigin: true, headers: { origin: new URL(server).origin } };
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": at("./src") } },
  build: {
    outDir: at("../servers/interlock_servers/_web"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    // What the first page needs is one file: split by who else uses it, it would be larger.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "initial", tags: ["$initial"] }] } } },
  },
  server: {
    port: 5173,
    strictPort: true,
    host: new URL(server).hostname,
    proxy: {
      "/api": proxied,
      "/auth": proxied,
      "/dev-idp": proxied,
      "/ws": { ...proxied, ws: true, rewriteWsOrigin: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
  },
});
