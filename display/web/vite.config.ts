import { defineConfig } from "vite";

// Every page is one entry here; the server finds its built files by this name in static/manifest.json.
export default defineConfig({
  base: "/static/",
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "../static",
    emptyOutDir: true,
    manifest: "manifest.json",
    sourcemap: false,
    // The content security policy allows files of ours and nothing inline, so neither data: addresses nor injected code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["wall/main.tsx", "mentions/main.ts", "sources/main.ts", "error.css"] },
  },
});
