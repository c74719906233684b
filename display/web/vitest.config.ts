import { defineConfig } from "vitest/config";

// What a state becomes, without a browser; tests/browser looks at the rest.
export default defineConfig({ test: { include: ["**/*.test.ts"], environment: "node" } });
