import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Tool } from "@car/ir/ports";
import { UsageError } from "../usage-error.js";

/** The tools of a module: its export `tools`, or its default export, an array or a function that gives one. */
export async function loadTools(path: string): Promise<readonly Tool[]> {
  let loaded: { readonly tools?: unknown; readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(resolve(path)).href)) as typeof loaded;
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  const exported = loaded.tools ?? loaded.default;
  const tools: unknown = typeof exported === "function" ? await (exported as () => unknown)() : exported;
  if (!Array.isArray(tools)) throw new UsageError(`${path}: export an array of tools as \`tools\``);
  return tools as readonly Tool[];
}
