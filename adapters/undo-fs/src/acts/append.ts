import { appendFileSync } from "node:fs";
import { copyTree, rename } from "../change.js";
import { hashFile, syncFile } from "../content-store.js";
import { type Act, type ActCall, PATH } from "./act.js";
import { fileOrNothing, present } from "./check.js";

/** Puts a file with more at its end in the place of the one that was there. */
export const append: Act = {
  name: "append",
  description: "Adds text to the end of a file that is there.",
  properties: { path: PATH, content: { type: "string" } },
  required: ["path", "content"],
  idempotent: false,
  imaged: ["path"],
  shallow: false,
  outline: false,
  perform: async (call) => {
    const place = call.place("path");
    present(place);
    fileOrNothing(place);
    return call.store.withStaged(async (staged) => {
      await copyTree(place, staged);
      const { size } = await lengthen(call, staged);
      rename(staged, place.absolute);
      return { path: place.path, bytes: size };
    });
  },
  expect: async (call, before) => {
    const was = before("path");
    if (was.kind !== "file" || was.sha256 === undefined) return undefined;
    const { mode, sha256 } = was;
    const after = await call.store.withStaged(async (staged) => {
      await call.store.fetch(sha256, { path: call.place("path").path, to: staged });
      return lengthen(call, staged);
    });
    return {
      entries: { path: { kind: "file", mode, ...after } },
      output: { path: call.place("path").path, bytes: after.size },
    };
  },
};

async function lengthen(call: ActCall, staged: string) {
  appendFileSync(staged, call.text("content") ?? "");
  syncFile(staged);
  return hashFile(staged);
}
