import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests run against the sources, so no build is needed before them. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@car\/([a-z]+-[a-z]+)$/, replacement: fromRoot("./adapters/$1/src/index.ts") },
      { find: /^@car\/([a-z]+)\/([a-z]+)$/, replacement: fromRoot("./packages/$1/src/$2/index.ts") },
      { find: /^@car\/([a-z]+)$/, replacement: fromRoot("./packages/$1/src/index.ts") },
    ],
  },
  test: {
    setupFiles: ["./vitest.setup.ts"],
    globalSetup: ["./vitest.setup.ts"],
    include: ["{packages,adapters,apps}/*/src/**/*.test.ts", "tools/**/*.test.ts"],
    maxWorkers: 2,
    // Files share the modules they import, which are stateless: loading them anew for each file took most of the time.
    isolate: false,
    testTimeout: 120_000,
  },
});
