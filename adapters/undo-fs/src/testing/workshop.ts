import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import type { ProbeAnswer, ProbeContext, ToolContext } from "@car/ir/ports";
import { afterAll } from "vitest";
import { undoFs, type UndoFs, type UndoFsOptions } from "../index.js";

/** A folder that is removed after the tests of the file, and fresh paths in it. */
export function temporaryPaths(parent = tmpdir()): () => string {
  const folder = mkdtempSync(join(parent, "car-undo-fs-"));
  // For tests that go on as somebody else.
  chmodSync(folder, 0o777);
  let count = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => join(folder, String(++count));
}

/** A kit on a new folder, whose tools are called without a runtime. */
export class Workshop {
  readonly root: string;
  readonly store: string;
  readonly kit: UndoFs;
  private calls = 0;

  constructor(folder: string, options: Partial<UndoFsOptions> = {}) {
    this.root = join(folder, "root");
    this.store = options.store ?? join(folder, "store");
    mkdirSync(this.root, { recursive: true });
    this.kit = undoFs({ root: this.root, store: this.store, ...options });
  }

  at(path: string): string {
    return join(this.root, path);
  }

  async call(name: string, parameters: JsonObject, signal = new AbortController().signal): Promise<JsonValue> {
    const context = { signal, runId: "run", actionId: String(++this.calls) } as ToolContext;
    return (await this.tool(name).execute?.(parameters, context)) as JsonValue;
  }

  /** The before-image that a call would have. */
  imageFor(name: string, parameters: JsonObject): Promise<JsonValue> {
    const {
      shallow = false,
      outline = false,
      paths,
    } = this.tool(name).schema.before?.parameters as {
      readonly shallow?: boolean;
      readonly outline?: boolean;
      readonly paths: readonly string[];
    };
    const given = paths.map((reference) => parameters[reference.slice("$parameters.".length)] ?? null);
    return this.call("fs_image", { paths: given, shallow, outline });
  }

  async probe(name: string, parameters: JsonObject, before: JsonValue): Promise<ProbeAnswer> {
    return this.tool(name).probe?.(parameters, { before } as ProbeContext);
  }

  /** Calls a tool, and gives what undoes it. */
  async callWithUndo(name: string, parameters: JsonObject): Promise<() => Promise<JsonValue>> {
    const image = await this.imageFor(name, parameters);
    await this.call(name, parameters);
    return () => this.call("fs_restore", { image });
  }

  /** All that is in the root: names, kinds, modes, contents. */
  snapshot(): string {
    return treeOf(this.root, this.store).join("\n");
  }

  /** Names of what lies in the store. */
  stored(): { readonly contents: readonly string[]; readonly staged: readonly string[] } {
    const staging = join(this.store, "staging");
    const staged = readdirSync(staging).flatMap((name) => readdirSync(join(staging, name)));
    return { contents: readdirSync(join(this.store, "contents")), staged };
  }

  private tool(name: string) {
    const tool = this.kit.tools.find(({ schema }) => schema.name === name);
    if (tool === undefined) throw new Error(`no tool ${name}`);
    return tool;
  }
}

/** Class and message of the failure that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<{ class: string; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ToolError) return { class: error.class, message: error.message };
    throw error;
  }
  throw new Error("it did not fail");
}

/** Runs a body as a user that may not do everything, whoever runs the tests. */
export async function asOrdinaryUser<T>(body: () => Promise<T>): Promise<T> {
  const NOBODY = 65_534;
  if (process.geteuid?.() !== 0) return body();
  process.seteuid?.(NOBODY);
  try {
    return await body();
  } finally {
    process.seteuid?.(0);
  }
}

/** A folder as lines. */
export function treeOf(folder: string, store = "", prefix = ""): readonly string[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => join(folder, name) !== store)
    .flatMap((name) => {
      const path = join(folder, name);
      const stat = lstatSync(path);
      const line = `${prefix}${name} ${(stat.mode & 0o7777).toString(8)}`;
      if (stat.isSymbolicLink()) return [`${prefix}${name} -> ${readlinkSync(path)}`];
      if (stat.isFile()) return [`${line} ${JSON.stringify(readFileSync(path, "latin1"))}`];
      return [`${line} /`, ...treeOf(path, store, `${prefix}${name}/`)];
    });
}
