import { rename } from "../change.js";
import { isWithin } from "../places.js";
import { refusal } from "../tool-failure.js";
import { type Act, type ActCall, PATH } from "./act.js";
import { present, requireFree, requireWithoutStore } from "./check.js";

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
    const [from, to] = [call.place("from"), call.place("to")];
    present(from);
    requireWithoutStore(from, call.grounds);
    if (isWithin(from.absolute, to.absolute)) throw refusal("invalid", to.path, `lies in \`${from.path}\``);
    requireFree(to);
    rename(from.absolute, to.absolute);
    return outputOf(call);
  },
  expect: async (call, before) => {
    const was = before("from");
    if (was.kind === "absent" || before("to").kind !== "absent") return undefined;
    return { entries: { from: { kind: "absent" }, to: was }, output: outputOf(call) };
  },
};

function outputOf(call: ActCall) {
  return { from: call.place("from").path, to: call.place("to").path };
}
