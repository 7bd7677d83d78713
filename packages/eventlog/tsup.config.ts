import { defineConfig } from "tsup";
import { packageBuild } from "../../tsup.base.js";

export default defineConfig(
  packageBuild({ index: "src/index.ts", "node/index": "src/node/index.ts", "explain/index": "src/explain/index.ts" }),
);
