import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { finishFolder, rename } from "../change.js";
import { statOf } from "../places.js";
import { refusal } from "../tool-failure.js";
import { type Act, PATH } from "./act.js";

const NEW_FOLDER_MODE = 0o755;

/** Makes a folder, and those above it. */
export const mkdir: Act = {
  name: "mkdir",
  description: "Makes a folder, and the folders above it that are missing. Does nothing when it is there.",
  properties: { path: PATH },
  required: ["path"],
  idempotent: true,
  imaged: ["path"],
  shallow: true,
  outline: false,
  perform: async (call) => {
    const { path, absolute, missingParents } = call.place("path");
    const stat = statOf(absolute);
    if (stat?.isDirectory() === true) return { path, created: false };
    if (stat !== undefined) throw refusal("invalid", path, "something else than a folder is there");
    const top = join(absolute, ...Array.from({ length: missingParents }, () => ".."));
    await call.store.withStaged((staged) => {
      makeChain(staged, relative(top, absolute).split(/[\\/]/));
      rename(staged, top);
    });
    return { path, created: true };
  },
  expect: async (call, before) => {
    const was = before("path");
    if (was.kind !== "absent" && was.kind !== "folder") return undefined;
    const folder = was.kind === "folder" ? was : ({ kind: "folder", mode: "0755" } as const);
    return { entries: { path: folder }, output: { path: call.place("path").path, created: was.kind === "absent" } };
  },
};

/** A folder with folders in it, each with the next one. */
function makeChain(path: string, [name, ...rest]: readonly string[]): void {
  mkdirSync(path);
  if (name !== undefined && name !== "") makeChain(join(path, name), rest);
  finishFolder(path, NEW_FOLDER_MODE);
}
