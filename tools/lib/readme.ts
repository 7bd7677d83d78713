import { fencesOf } from "./markdown.js";

/** What a package's README promises to a newcomer. */
export interface Readme {
  /** Packages of its first install command, in order; flags are left out. */
  readonly installs: readonly string[];
  /** Its first TypeScript block, or `undefined` when it has none. */
  readonly example: string | undefined;
}

/** Reads the first install command (`npm install a b`, `pnpm add a b`) and the first `ts` block of a README. */
export function parseReadme(markdown: string): Readme {
  const [, words = ""] = /(?:npm install|npm i|pnpm add)((?: [@\w./-]+)+)/.exec(markdown) ?? [];
  return {
    installs: words.split(" ").filter((word) => word !== "" && !word.startsWith("-")),
    example: fencesOf(markdown).find(({ language }) => language === "ts")?.code,
  };
}
