import type { Tool } from "@car/ir/ports";
import { UsageError } from "../usage-error.js";
import { loadModule } from "./load-module.js";

/** Tools, and what ends that which stands behind them. */
export interface LoadedTools {
  readonly tools: readonly Tool[];
  readonly close?: () => unknown;
}

/** The tools of a module: its export `tools`, or its default export: an array, `{ tools, close }`, or a function that gives one. */
export async function loadTools(path: string): Promise<LoadedTools> {
  const exports = await loadModule(path);
  const exported = exports["tools"] ?? exports["default"];
  const given: unknown = await (typeof exported === "function" ? called(path, exported as () => unknown) : exported);
  const { tools, close = exports["close"] } = (Array.isArray(given) ? { tools: given } : (given ?? {})) as {
    readonly tools?: unknown;
    readonly close?: unknown;
  };
  if (!Array.isArray(tools)) throw new UsageError(`${path}: export an array of tools as \`tools\``);
  return { tools: tools as readonly Tool[], ...(typeof close === "function" && { close: close as () => unknown }) };
}

async function called(path: string, give: () => unknown): Promise<unknown> {
  try {
    return await give();
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
