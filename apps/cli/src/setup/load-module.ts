import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../usage-error.js";

/** What a module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

const TYPESCRIPT: ReadonlySet<string> = new Set([".ts", ".mts", ".cts", ".tsx"]);
/** What Node says to a file whose types it cannot leave out. */
const NOT_BY_NODE: ReadonlySet<string | undefined> = new Set([
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_INVALID_TYPESCRIPT_SYNTAX",
]);

/**
 * Loads a module of the user's: an ES module, CommonJS, or TypeScript, as far as this Node reads it or `tsx` can be found from there.
 * @throws `UsageError` naming the file.
 */
export async function loadModule(path: string): Promise<Exports> {
  const url = pathToFileURL(resolve(path)).href;
  try {
    return flat((await import(url)) as Exports);
  } catch (error) {
    const { code, message = String(error) } = (error ?? {}) as NodeJS.ErrnoException;
    if (!TYPESCRIPT.has(extname(path)) || !NOT_BY_NODE.has(code))
      throw new UsageError(`${path}: ${message}`, { cause: error });
    return loadByTsx(path, url);
  }
}

interface Tsx {
  readonly tsImport: (specifier: string, parent: string) => Promise<Exports>;
}

async function loadByTsx(path: string, url: string): Promise<Exports> {
  let tsx: Tsx;
  try {
    // Its CommonJS entry looks for its hooks where they are not (4.23).
    const entry = createRequire(resolve(path))
      .resolve("tsx/esm/api")
      .replace(/\.cjs$/, ".mjs");
    tsx = (await import(pathToFileURL(entry).href)) as Tsx;
  } catch (error) {
    const how =
      "install tsx beside it (npm install --save-dev tsx), use Node 22.18 or later, or compile it to JavaScript";
    throw new UsageError(`${path}: Node ${process.versions.node} cannot read this TypeScript by itself: ${how}`, {
      cause: error,
    });
  }
  try {
    return flat(await tsx.tsImport(url, url));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** CommonJS comes as a default export, and what was compiled to it as the default export of that. */
function flat(exports: Exports): Exports {
  let all = exports;
  for (let inner = exports["default"]; isPlain(inner); inner = inner["default"]) {
    all = { ...all, ...inner };
    if (!Object.hasOwn(inner, "default")) delete (all as Record<string, unknown>)["default"];
  }
  return all;
}

function isPlain(value: unknown): value is Exports {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
