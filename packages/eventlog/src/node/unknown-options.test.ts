import { ConfigInvalidError } from "@car/ir";
import type { EventLog } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { memoryEventLog } from "../memory/memory-event-log.js";
import { temporaryPaths } from "../testing/temporary-folder.js";
import { jsonlEventLog } from "./jsonl-event-log.js";
import { readJsonl } from "./read-jsonl.js";
import { droppedHead, readLog } from "./segments/read-segments.js";
import { segmentEventLog } from "./segments/segment-event-log.js";

const nextPath = temporaryPaths();

describe("an option that nobody reads", () => {
  it.each<[string, () => EventLog]>([
    ["memoryEventLog", () => memoryEventLog()],
    ["jsonlEventLog", () => jsonlEventLog({ path: nextPath() })],
    ["segmentEventLog", () => segmentEventLog({ dir: nextPath() })],
  ])("[EL-16] of `read` of a `%s` is refused: it would give another range", async (_name, open) => {
    const log = open();
    expect(() => log.read({ since: 2 } as never)).toThrow(new ConfigInvalidError("`read` has no option `since`"));
    expect(() => log.read({ form: 2 } as never)).toThrow(
      new ConfigInvalidError("`read` has no option `form`; did you mean `from`?"),
    );
    expect(() => log.read(null as never)).toThrow(ConfigInvalidError);
    await log.close();
  });

  it("[EL-16] of what reads a path is refused before anything is opened", async () => {
    const path = "/nowhere";
    await expect(readJsonl(path, { form: 2 } as never).next()).rejects.toEqual(
      new ConfigInvalidError("`readJsonl` has no option `form`; did you mean `from`?"),
    );
    await expect(readLog(path, { form: 2 } as never).next()).rejects.toEqual(
      new ConfigInvalidError("`readLog` has no option `form`; did you mean `from`?"),
    );
    expect(() => droppedHead(path, { fss: 1 } as never)).toThrow(
      new ConfigInvalidError("`droppedHead` has no option `fss`; did you mean `fs`?"),
    );
  });

  it("[EL-16] of `dropBefore` is refused, and nothing is dropped without a signature", async () => {
    const log = segmentEventLog({ dir: nextPath() });
    await expect(log.dropBefore(2, { signer: () => "" } as never)).rejects.toThrow("did you mean `sign`?");
    await log.close();
  });
});
