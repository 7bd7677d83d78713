import { createHash } from "node:crypto";
import { rename } from "../change.js";
import { writeDurably } from "../content-store.js";
import { modeText } from "../entry.js";
import { type Act, type ActCall, fullMode, MODE, PATH } from "./act.js";
import { fileOrNothing } from "./check.js";

const NEW_FILE_MODE = "0644";

/** Puts a whole file in the place of what was there. */
export const write: Act = {
  name: "write",
  description:
    "Writes a text file as a whole, in place of what was in it; makes it if it is missing. Its folder must be there.",
  properties: { path: PATH, content: { type: "string" }, mode: MODE },
  required: ["path", "content"],
  idempotent: true,
  imaged: ["path"],
  shallow: false,
  outline: false,
  perform: async (call) => {
    const place = call.place("path");
    const bytes = bytesOf(call);
    const before = fileOrNothing(place);
    const mode = modeOf(call, before === undefined ? undefined : modeText(before.mode));
    await call.store.withStaged((staged) => {
      writeDurably(staged, bytes, Number.parseInt(mode, 8));
      rename(staged, place.absolute);
    });
    return { path: place.path, bytes: bytes.length };
  },
  expect: async (call, before) => {
    const was = before("path");
    if (was.kind !== "file" && was.kind !== "absent") return undefined;
    const bytes = bytesOf(call);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const mode = modeOf(call, was.kind === "file" ? was.mode : undefined);
    return {
      entries: { path: { kind: "file", mode, size: bytes.length, sha256 } },
      output: { path: call.place("path").path, bytes: bytes.length },
    };
  },
};

function bytesOf(call: ActCall): Buffer {
  return Buffer.from(call.text("content") ?? "");
}

function modeOf(call: ActCall, before: string | undefined): string {
  const asked = call.text("mode");
  return asked === undefined ? (before ?? NEW_FILE_MODE) : fullMode(asked);
}
