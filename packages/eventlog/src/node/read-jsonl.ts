import * as nodeFs from "node:fs";
import type { FileSystem } from "@car/files";
import type { CarEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { ReadOptions } from "@car/ir/ports";
import { scanLines } from "./scan-lines.js";
import { isHeaderLine } from "./segments/segment-header.js";
import { parseLine } from "./parse-line.js";

/** Which events to read, and through which file system. */
export interface ReadJsonlOptions extends ReadOptions {
  readonly fs?: FileSystem;
}

const OPTIONS = ["from", "to", "fs"] as const satisfies readonly (keyof ReadJsonlOptions)[];

/**
 * The events of a JSONL log, or of one segment of a log in a folder, streamed. What follows the last line feed is a
 * write that was cut off, and is left out. Links and hashes are not checked: `verifyChain` does that.
 * @throws `LogCorruptError` naming the first line that the log's writer did not write; the error of `node:fs` when the
 * file cannot be opened or read.
 */
export async function* readJsonl(path: string, options: ReadJsonlOptions = {}): AsyncGenerator<CarEvent> {
  assertKnownOptions(options, OPTIONS, "readJsonl");
  const { fs = nodeFs, from = 1, to = Number.POSITIVE_INFINITY } = options;
  const fd = fs.openSync(path, "r");
  try {
    for (const { text, number } of scanLines(fs, fd)) {
      if (number === 1 && isHeaderLine(text)) continue;
      const event = parseLine(text, number);
      if (event.seq > to) return;
      if (event.seq >= from) yield event;
    }
  } finally {
    fs.closeSync(fd);
  }
}
