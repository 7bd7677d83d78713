import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withTemporaryFolder } from "../lib/temporary-folder.js";
import { Journal } from "./journal.js";

it("a journal goes on after a process that was killed while it wrote a line", () =>
  withTemporaryFolder(async (folder) => {
    const path = join(folder, "journal.jsonl");
    new Journal(path).note({ batch: 1, calls: [], before: "a" });
    appendFileSync(path, '{"batch":2,"calls":[],"before":"b');
    const next = new Journal(path);
    next.note({ batch: 2, calls: [], before: "c" });
    expect(next.entries()).toEqual([
      { batch: 1, calls: [], before: "a" },
      { batch: 2, calls: [], before: "c" },
    ]);
  }));
