import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import type { JsonObject } from "@car/ir";
import type { ToolContext } from "@car/ir/ports";
import { undoGit } from "../undo-git.js";

/** Makes one call, and kills itself right before the n-th step that changes the disk. */
interface Orders {
  readonly folder: string;
  readonly tool: string;
  readonly parameters: JsonObject;
  readonly key: string;
  readonly dieAt: number;
}

const STEPS = [
  "appendFile",
  "chmod",
  "copyFile",
  "link",
  "mkdir",
  "rename",
  "rm",
  "rmdir",
  "symlink",
  "unlink",
  "writeFile",
];

const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
const functions = fs.promises as unknown as Record<string, (...args: unknown[]) => unknown>;
let steps = 0;
for (const name of STEPS) {
  const original = functions[name]!;
  functions[name] = (...args) => {
    if (++steps === orders.dieAt) process.kill(process.pid, "SIGKILL");
    return original.apply(fs.promises, args);
  };
}
syncBuiltinESMExports();

const { tools } = undoGit({ repository: orders.folder, identity: { name: "Ada", email: "ada@example.com" } });
const tool = tools.find(({ schema }) => schema.name === orders.tool);
const context = { idempotencyKey: orders.key, signal: new AbortController().signal } as unknown as ToolContext;
await tool?.execute?.(orders.parameters, context);
