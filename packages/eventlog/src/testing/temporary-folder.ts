import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder that is removed after the tests of the file, and fresh paths in it. */
export function temporaryPaths(): () => string {
  const folder = mkdtempSync(join(tmpdir(), "car-eventlog-"));
  let count = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => join(folder, `${++count}.jsonl`);
}
