import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SAMPLE_SCOPES } from "@car/conformance/internal";
import { contentHash, type CarEvent, type JsonObject, jsonOfEvent, ConfigInvalidError } from "@car/ir";
import type { EventDraft, EventLog } from "@car/ir/ports";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { sqliteEventLog } from "./sqlite-event-log.js";

const folder = mkdtempSync(join(tmpdir(), "car-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const nextPath = (): string => join(folder, `${++count}.db`);
const draft = (n: number, parameters: JsonObject = { n }): EventDraft => ({
  ...{ kind: "action_executing", time: n, action: -1, attempt: 0, data: { parameters } },
});
const WRITE_FAILED = expect.objectContaining({ code: "CAR_LOG_WRITE_FAILED" }) as Error;

async function collect(log: EventLog): Promise<CarEvent[]> {
  const events: CarEvent[] = [];
  for await (const event of log.read()) events.push(event);
  return events;
}

describe("sqliteEventLog", () => {
  it("[ES-1] [7.1] has a row for each event and a column for each field, and the hashes are those of the contract", async () => {
    const path = nextPath();
    const log = sqliteEventLog({ path });
    log.append({ kind: "action_executing", time: 0, scope: SAMPLE_SCOPES[0], action: 1, attempt: 2 });
    log.append(draft(2));
    await log.close();
    const rows = new Database(path).prepare("SELECT kind, run_id, attempt, data, hash FROM events").raw().all();
    expect(rows).toEqual([
      ["action_executing", SAMPLE_SCOPES[0]?.run_id, 2, "{}", expect.any(String)],
      ["action_executing", null, null, '{"parameters":{"n":2}}', expect.any(String)],
    ]);
    const again = sqliteEventLog({ path });
    for (const event of await collect(again)) {
      const { hash, data: _, ...facts } = event;
      expect(hash).toBe(contentHash({ ...facts, data: contentHash(jsonOfEvent(event)) }));
    }
    await again.close();
  });

  it("[ES-2] [7.3] one transaction serves everybody who waits", async () => {
    const log = sqliteEventLog({ path: nextPath() });
    log.append(draft(1));
    const first = log.flush();
    log.append(draft(2));
    expect(log.flush()).toBe(first);
    await first;
    expect(log.flush()).toBeUndefined();
    await log.close();
  });

  it("[ES-2] [7.3] what was flushed survives the end of the process", async () => {
    const path = nextPath();
    const log = sqliteEventLog({ path });
    for (let n = 1; n <= 3; n++) log.append(draft(n));
    await log.flush();
    const copy = nextPath();
    // What a process leaves behind that is killed now.
    for (const suffix of ["", "-wal"]) execFileSync("cp", [`${path}${suffix}`, `${copy}${suffix}`]);
    await log.close();
    const again = sqliteEventLog({ path: copy });
    expect(await again.head()).toMatchObject({ seq: 3 });
    await again.close();
  });

  it("[ES-3] [8.1] of two logs on one file the second to write a sequence fails, and the chain stays whole", async () => {
    const path = nextPath();
    const [first, second] = [sqliteEventLog({ path }), sqliteEventLog({ path })];
    for (const log of [first, second]) log.append(draft(1));
    await first.flush();
    await expect(second.flush()).rejects.toThrow(WRITE_FAILED);
    expect(() => second.append(draft(2))).toThrow(WRITE_FAILED);
    expect(first.append(draft(2))).toBe(2);
    await first.flush();
    const [one, two] = await collect(first);
    expect(two?.prev_hash).toBe(one?.hash);
    await first.close();
    await second.close();
  });

  it("[ES-4] [5.9] after a failed write the log takes nothing more and ends where the file does", async () => {
    const path = nextPath();
    const told: unknown[] = [];
    const log = sqliteEventLog({ path, onError: (error) => told.push(error) });
    log.append(draft(1));
    await log.flush();
    (log as unknown as { database: Database.Database }).database.exec(
      "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    log.append(draft(2));
    await expect(log.flush()).rejects.toThrow(WRITE_FAILED);
    expect(() => log.append(draft(3))).toThrow(WRITE_FAILED);
    expect(() => log.flush()).toThrow(WRITE_FAILED);
    expect(await log.head()).toMatchObject({ seq: 1 });
    expect(await collect(log)).toHaveLength(1);
    expect(told).toHaveLength(1);
    await log.close();
  });

  it("[ES-4] a file that is no database is refused", () => {
    expect(() => sqliteEventLog({ path: folder })).toThrow(WRITE_FAILED);
  });

  it.each([
    ["'x'", "it is no JSON"],
    ["'[]'", "it is no object"],
    [`'{"a":1e999}'`, "a: a number is not finite"],
    [`'{"a":"\\ud800"}'`, "a: a lone surrogate"],
    ["CAST(x'7b22ff223a317d' AS TEXT)", "it is no UTF-8"],
    [`'{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}'`, "nested deeper than 1000 levels"],
  ])(
    "[ES-5] [7.5] a payload that nobody wrote is damage, with file, event and what is wrong: %.30s",
    async (data, problem) => {
      const path = nextPath();
      const log = sqliteEventLog({ path });
      log.append(draft(1));
      await log.close();
      const database = new Database(path);
      database.exec(`UPDATE events SET data = ${data}`);
      database.close();
      const again = sqliteEventLog({ path });
      const place = expect.stringContaining(`${path}, event 1: data: `) as string;
      await expect(collect(again)).rejects.toMatchObject({
        code: "CAR_LOG_CORRUPT",
        place: { seq: 1 },
        message: place,
      });
      await expect(collect(again)).rejects.toThrow(problem);
      await again.close();
    },
  );

  it("[ES-6] [5.9] a payload that is not plain JSON leaves a note and ends nothing", async () => {
    const log = sqliteEventLog({ path: nextPath() });
    log.append(draft(1, { text: "\uD800" }));
    log.append(draft(2));
    expect((await collect(log)).map(({ data }) => Object.keys(data))).toEqual([["unrecorded"], ["parameters"]]);
    await log.close();
  });
});

describe("an option that nobody reads", () => {
  it("[ES-7] is refused, and no file is made", () => {
    const path = nextPath();
    const misspelt = { path, onErrors: () => undefined };
    expect(() => sqliteEventLog(misspelt)).toThrow(
      new ConfigInvalidError("`sqliteEventLog` has no option `onErrors`; did you mean `onError`?"),
    );
    expect(existsSync(path)).toBe(false);
  });

  it("[ES-7] of `read` is refused", async () => {
    const log = sqliteEventLog({ path: nextPath() });
    expect(() => log.read({ form: 1 } as never)).toThrow(
      new ConfigInvalidError("`read` has no option `form`; did you mean `from`?"),
    );
    await log.close();
  });
});
