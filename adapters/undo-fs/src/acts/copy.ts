import { copyTree, rename } from "../change.js";
import { type Act, PATH } from "./act.js";
import { fromTo, fromToOutput } from "./from-to.js";

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
    const [from, to] = fromTo(call);
    await call.store.withStaged(async (staged) => {
      await copyTree(from, staged);
      rename(staged, to.absolute);
    });
    return fromToOutput(call);
  },
  expect: async (call, before) => {
    const from = await call.entryAt(call.place("from"));
    if (from.kind === "absent" || before("to").kind !== "absent") return undefined;
    return { entries: { to: from }, output: fromToOutput(call) };
  },
};
