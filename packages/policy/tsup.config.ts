import { defineConfig } from "tsup";
import { packageBuild } from "../../tsup.base.js";

export default defineConfig(
  packageBuild({
    index: "src/index.ts",
    "node/index": "src/node/index.ts",
    "check/index": "src/check/index.ts",
    "document/index": "src/document/index.ts",
    "internal/index": "src/internal/index.ts",
  }),
);
