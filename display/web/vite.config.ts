import { defineConfig } from "vite";

// Each page has an entry; the server finds its built files by that name in static/manifest.json.
export default defineConfig({
  // Relative URLs, so that the files also work under the path of a proxy.
  base: "./",
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "../static",
    emptyOutDir: true,
    manifest: "manifest.json",
    sourcemap: false,
    // The content security policy allows our own files only, so no data: URLs and no injected code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["wall/main.tsx", "mentions/main.ts", "sources/main.ts", "access/sign_in.ts", "access/people.ts", "walls/main.ts", "setup/main.ts", "rules/main.ts", "check/main.ts", "weekly/main.ts", "compare/main.ts", "api/reference.css", "query_help/query_help.css", "error.css"] },
  },
});
