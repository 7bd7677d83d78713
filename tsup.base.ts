import type { Options } from "tsup";

/** The build every package shares: ESM and CommonJS, each with its own type declarations. */
export function packageBuild(entry: Record<string, string>): Options {
  return {
    entry,
    format: ["esm", "cjs"],
    dts: true,
    clean: true,
    target: "node20",
    tsconfig: "tsconfig.build.json",
    splitting: true,
    treeshake: true,
  };
}
