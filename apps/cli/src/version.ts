import { readFileSync } from "node:fs";

/** The version of this package: the file is where it is both beside `src` and beside `dist`. */
export const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string }
).version;
