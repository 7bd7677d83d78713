import { defineConfig } from "tsup";
import { packageBuild } from "../../tsup.base.js";

export default defineConfig(
  packageBuild({
    index: "src/index.ts",
    "node/index": "src/node/index.ts",
    "replay/index": "src/replay/index.ts",
    "internal/index": "src/internal/index.ts",
  }),
);
