import { defineConfig } from "tsup";
import { packageBuild } from "../../tsup.base.js";

export default defineConfig(
  packageBuild({
    index: "src/index.ts",
    "model/index": "src/model/index.ts",
    "serializability/index": "src/serializability/index.ts",
    "internal/index": "src/internal/index.ts",
  }),
);
