import { defineConfig } from "tsup";
import { packageBuild } from "../../tsup.base.js";

// The files of described servers are found from where the module is, in CommonJS too.
export default defineConfig({ ...packageBuild({ index: "src/index.ts" }), shims: true });
