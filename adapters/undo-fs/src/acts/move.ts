import { rename } from "../change.js";
import { type Act, PATH } from "./act.js";
import { fromTo, fromToOutput } from "./from-to.js";

/** Gives something another path. */
export const move: Act = {
  name: "move",
  description: "Moves or renames a file, a link, or a folder with all in it. Nothing may be at the new path yet.",
  properties: { from: PATH, to: PATH },
  required: ["from", "to"],
  idempotent: false,
  imaged: ["from", "to"],
  shallow: false,
  // It is moved back.
  outline: true,
  perform: async (call) => {
    const [from, to] = fromTo(call);
    rename(from.absolute, to.absolute);
    return fromToOutput(call);
  },
  expect: async (call, before) => {
    const was = before("from");
    if (was.kind === "absent" || before("to").kind !== "absent") return undefined;
    return { entries: { from: { kind: "absent" }, to: was }, output: fromToOutput(call) };
  },
};
