import { existsSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { PolicyDocumentInvalidError } from "@car/ir";
import { checkAgainst, readDocument } from "@car/policy/internal";
import { readText } from "../io/read-input.js";
import { problemLine } from "../show/problem-line.js";
import { UsageError } from "../usage-error.js";
import { Config } from "./config.js";
import { loadModule } from "./load-module.js";

/** A configuration and the folder that its paths are meant from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly folder: string;
  /** For messages; absent when there is no configuration. */
  readonly file?: string;
}

const NAMES = ["yaml", "yml", "json", "ts", "mts", "js", "mjs", "cjs"].map((ending) => `car.config.${ending}`);
const FORMATS = { ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml" } as const;

/**
 * The configuration in `path`, in the working folder for `undefined`, or none for `false`.
 * @throws `UsageError` with file, line and column of everything that is wrong.
 */
export async function loadConfig(path: string | false | undefined): Promise<LoadedConfig> {
  const file = path ?? NAMES.find((name) => existsSync(name));
  if (file === undefined || file === false) return { config: {}, folder: "." };
  const format = (FORMATS as Readonly<Record<string, "yaml" | "json" | "toml" | undefined>>)[extname(file)];
  const config = format === undefined ? await fromModule(file) : parseConfig(await readText(file), format, file);
  return { config, folder: dirname(file), file };
}

/** Checks the text of a configuration. @throws as `loadConfig`. */
export function parseConfig(text: string, format: "yaml" | "json" | "toml", file: string): Config {
  try {
    return readDocument(text, { format, file }, (value) => checkAgainst(Config, value ?? {})).value;
  } catch (error) {
    if (error instanceof PolicyDocumentInvalidError)
      throw new UsageError(error.problems.map(problemLine).join("; "), { cause: error });
    throw error;
  }
}

async function fromModule(file: string): Promise<Config> {
  const exports = await loadModule(file);
  const given = exports["default"] ?? exports;
  const value: unknown = typeof given === "function" ? await (given as () => unknown)() : given;
  const checked = checkAgainst(Config, value);
  if ("value" in checked) return checked.value;
  throw new UsageError(
    checked.findings.map((each) => problemLine({ ...each, file, path: each.path.join(".") })).join("; "),
  );
}

/** A path as the configuration means it. */
export function inFolder({ folder }: Pick<LoadedConfig, "folder">, path: string): string {
  return folder === "." ? path : join(resolve(folder), path);
}
