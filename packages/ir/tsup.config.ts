import { defineConfig } from "tsup";
import { packageBuild } from "../../tsup.base.js";

export default defineConfig(
  packageBuild({
    index: "src/index.ts",
    "ports/index": "src/ports/index.ts",
    "internal/index": "src/internal/index.ts",
  }),
);
