import { defineConfig } from "vitest/config";

// Unit tests without a browser; tests/browser covers the rest.
export default defineConfig({ test: { include: ["**/*.test.ts"], environment: "node" } });
