import { changeMode } from "../change.js";
import { refusal } from "../tool-failure.js";
import { type Act, fullMode, MODE, PATH } from "./act.js";
import { present } from "./check.js";

/** Changes permission bits. */
export const chmod: Act = {
  name: "chmod",
  description: "Sets the permission bits of a file or a folder, not of what lies in it.",
  properties: { path: PATH, mode: MODE },
  required: ["path", "mode"],
  idempotent: true,
  imaged: ["path"],
  shallow: true,
  outline: false,
  perform: async (call) => {
    const place = call.place("path");
    if (present(place).isSymbolicLink())
      throw refusal("invalid", place.path, "is a link; use the path that it leads to");
    const mode = fullMode(call.text("mode") ?? "");
    changeMode(place.absolute, mode);
    return { path: place.path, mode };
  },
  expect: async (call, before) => {
    const was = before("path");
    if (was.kind !== "file" && was.kind !== "folder") return undefined;
    const mode = fullMode(call.text("mode") ?? "");
    return { entries: { path: { ...was, mode } }, output: { path: call.place("path").path, mode } };
  },
};
