import { copyTree, rename } from "../change.js";
import { isWithin } from "../places.js";
import { refusal } from "../tool-failure.js";
import { type Act, type ActCall, PATH } from "./act.js";
import { present, requireFree, requireWithoutStore } from "./check.js";

/** Makes a second one of something. */
export const copy: Act = {
  name: "copy",
  description: "Copies a file, a link, or a folder with all in it. Nothing may be at the new path yet.",
  properties: { from: PATH, to: PATH },
  required: ["from", "to"],
  idempotent: false,
  // What is copied may be changed by anybody afterwards.
  imaged: ["to"],
  shallow: false,
  // Nothing is there before.
  outline: true,
  perform: async (call) => {
    const [from, to] = [call.place("from"), call.place("to")];
    present(from);
    requireWithoutStore(from, call.grounds);
    if (isWithin(from.absolute, to.absolute)) throw refusal("invalid", to.path, `lies in \`${from.path}\``);
    requireFree(to);
    await call.store.withStaged(async (staged) => {
      await copyTree(from, staged);
      rename(staged, to.absolute);
    });
    return outputOf(call);
  },
  expect: async (call, before) => {
    const from = await call.entryAt(call.place("from"));
    if (from.kind === "absent" || before("to").kind !== "absent") return undefined;
    return { entries: { to: from }, output: outputOf(call) };
  },
};

function outputOf(call: ActCall) {
  return { from: call.place("from").path, to: call.place("to").path };
}
