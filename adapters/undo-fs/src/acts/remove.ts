import { rename } from "../change.js";
import { type Act, PATH } from "./act.js";
import { present, requireWithoutStore } from "./check.js";

/** Takes something away. */
export const remove: Act = {
  name: "delete",
  description: "Deletes a file, a link (not what it leads to), or a folder with all in it.",
  properties: { path: PATH },
  required: ["path"],
  idempotent: false,
  imaged: ["path"],
  shallow: false,
  outline: false,
  perform: async (call) => {
    const place = call.place("path");
    present(place);
    requireWithoutStore(place, call.grounds);
    await call.store.withStaged((staged) => rename(place.absolute, staged));
    return { path: place.path };
  },
  expect: async (call, before) => {
    if (before("path").kind === "absent") return undefined;
    return { entries: { path: { kind: "absent" } }, output: { path: call.place("path").path } };
  },
};
