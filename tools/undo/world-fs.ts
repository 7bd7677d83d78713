import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Tool } from "@car/ir/ports";
import { undoFs } from "@car/undo-fs";
import type { Dice } from "../crash/dice.js";
import type { World, WorldCall } from "./world.js";

const NAMES = ["a", "b", "c", "d/a", "d/b", "d/e/a", "d/e", "d", "f", "f/a", "l", "l/a"];
const MODES = ["600", "644", "700", "755"];
const LARGE_BYTES = 100_000;

/** A folder of files, folders and links. */
export const fsWorld: World = {
  name: "fs",
  isRepeatable: true,
  create: (folder) => {
    for (const name of ["d/e", "t/u"]) mkdirSync(join(folder, "root", name), { recursive: true });
    for (const name of ["a", "d/a", "d/e/b", "s0", "s1", "t/x", "t/u/y"])
      writeFileSync(join(folder, "root", name), name.repeat(10));
    symlinkSync("d", join(folder, "root/l"));
  },
  open: (folder) => {
    const root = join(folder, "root");
    const kit = undoFs({ root, store: join(folder, "store") });
    return { tools: [...kit.tools, kit.wrap(inPlace(root), { paths: ["path"] })], close: () => undefined };
  },
  snapshot: (folder) => linesOf(join(folder, "root"), "").join("\n"),
  randomCalls: (dice) => Array.from({ length: 1 + dice(6) }, () => randomCall(dice)),
};

/** A tool of somebody else, which writes piece by piece, so that a kill leaves half of it. */
function inPlace(root: string): Tool {
  return {
    schema: {
      name: "put",
      parameters: {
        type: "object",
        properties: { path: { type: "string" }, content: { type: "string" } },
        required: ["path", "content"],
      },
    },
    execute: (parameters) => {
      const { path, content } = parameters as { readonly path: string; readonly content: string };
      writeFileSync(join(root, path), "");
      for (const piece of content) appendFileSync(join(root, path), piece);
      return null;
    },
  };
}

/** Two of three succeed whatever is there. */
function randomCall(dice: Dice): WorldCall {
  const content = dice(4) === 0 ? String(dice(10)).repeat(LARGE_BYTES) : `text ${dice(1_000)}`;
  const path = `f${dice(4)}`;
  const sure: readonly WorldCall[] = [
    { tool: "fs_write", parameters: { path, content } },
    { tool: "fs_write", parameters: { path, content, mode: pick(dice, MODES) } },
    { tool: "put", parameters: { path, content: `in place ${dice(1_000)}`.repeat(5) } },
    { tool: "fs_append", parameters: { path: `s${dice(2)}`, content } },
    { tool: "fs_copy", parameters: { from: pick(dice, ["s0", "s1", "t"]), to: `copy${dice(1_000_000)}` } },
    { tool: "fs_mkdir", parameters: { path: `n${dice(3)}/m${dice(20)}/o` } },
    { tool: "fs_chmod", parameters: { path: pick(dice, ["s0", "t", "t/u"]), mode: pick(dice, ["700", "755"]) } },
  ];
  const [from, to] = [pick(dice, NAMES), pick(dice, NAMES)];
  const unsure: readonly WorldCall[] = [
    { tool: "fs_write", parameters: { path: from, content } },
    { tool: "fs_append", parameters: { path: from, content } },
    { tool: "fs_move", parameters: { from, to } },
    { tool: "fs_copy", parameters: { from, to } },
    { tool: "fs_delete", parameters: { path: from } },
    { tool: "fs_chmod", parameters: { path: from, mode: pick(dice, MODES) } },
  ];
  return pick(dice, dice(3) === 0 ? unsure : sure);
}

function pick<T>(dice: Dice, list: readonly T[]): T {
  return list[dice(list.length)]!;
}

/** A line for each thing in a folder: its name, its mode, what is in it. */
export function linesOf(folder: string, prefix: string, skipped?: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name !== skipped)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const stat = lstatSync(path);
      const line = `${prefix}${name} ${(stat.mode & 0o7777).toString(8)}`;
      if (stat.isSymbolicLink()) return [`${prefix}${name} -> ${readlinkSync(path)}`];
      if (stat.isFile()) return [`${line} ${readFileSync(path, "latin1")}`];
      return [`${line} /`, ...linesOf(path, `${prefix}${name}/`)];
    });
}
