import { describe, expect, it } from "vitest";
import { CarError } from "@car/ir";
import { defineTool } from "./define-tool.js";
import { fork } from "./fork.js";
import { createRuntime } from "./create-runtime.js";
import { loadCheckpoint, saveCheckpoint } from "./node/checkpoint-file.js";
import { durableStore } from "./node/durable-store.js";
import { recordExecutor } from "./recording/record-executor.js";
import { replayExecutor } from "./recording/replay-executor.js";
import { replayDecisions } from "./replay/replay-decisions.js";
import { replayRuns } from "./replay/replay-runs.js";
import { call, testRuntime, tool } from "./testing/fixtures.js";

const ok = tool("ok", () => 1, { reversibility: "reversible" });
const ONE = { actions: [call("a", "ok")] };

/** What calling a function with a misspelt option says; nothing when it is taken. */
async function refusal(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!CarError.isInstance(error) || error.code !== "CAR_CONFIG_INVALID") throw error;
    return error.message;
  }
}

const { runtime } = testRuntime({ tools: [ok] });
const session = runtime.session();

describe("an option that nobody reads", () => {
  it.each<[string, (given: never) => unknown, object, string]>([
    ["createRuntime", (given) => createRuntime(given), { polcy: undefined }, "policy"],
    ["execute", (given) => runtime.execute(ONE, given), { principle: "ann" }, "principal"],
    ["execute", (given) => session.execute(ONE, given), { sgnal: undefined }, "signal"],
    ["executeWithReplan", (given) => runtime.executeWithReplan(ONE, given), { maxReplan: 1 }, "maxReplans"],
    ["verify", (given) => runtime.verify(ONE, given), { principals: "ann" }, "principal"],
    ["session", (given) => runtime.session(given), { principle: "ann" }, "principal"],
    ["resume", (given) => runtime.resume("x", given), { signals: undefined }, "signal"],
    ["recover", (given) => runtime.recover(given), { unfinish: "rollback" }, "unfinished"],
    ["subscribe", (given) => runtime.subscribe(() => undefined, given), { kind: [] }, "kinds"],
    [
      "approvals.approvePlan",
      (given) => withStore().approvals.approvePlan("0".repeat(64), given),
      { expiresAt: 1 },
      "expires_at",
    ],
    ["approvals.decide", (given) => withStore().approvals.decide("x", given), { approve: true }, "approved"],
    ["fork", (given) => fork(given), { checkpont: {} }, "checkpoint"],
    ["replayRuns", (given) => replayRuns([], given), { runIDs: [] }, "runIds"],
    ["replayDecisions", (given) => replayDecisions([], given), { polcy: undefined }, "policy"],
    ["recordExecutor", (given) => recordExecutor([], given), { redacts: undefined }, "redact"],
    ["replayExecutor", (given) => replayExecutor({}, given), { redacts: undefined }, "redact"],
    ["saveCheckpoint", (given) => saveCheckpoint(runtime, "/nowhere", given), { fss: undefined }, "fs"],
    ["loadCheckpoint", (given) => loadCheckpoint("/nowhere", given), { fss: undefined }, "fs"],
    [
      "durableStore",
      (given) => durableStore(Object.assign({ dir: "/nowhere" }, given)),
      { durabilty: "none" },
      "durability",
    ],
  ])("[EN-129] of `%s` is refused, with the nearest name", async (name, act, given, nearest) => {
    const [misspelt] = Object.keys(given);
    const text = `\`${name}\` has no option \`${misspelt}\`; did you mean \`${nearest}\`?`;
    expect(await refusal(() => act(given as never))).toBe(text);
  });

  it.each<[string, (given: never) => unknown]>([
    ["execute", (given) => runtime.execute(ONE, given)],
    ["execute", (given) => session.execute(ONE, given)],
    ["executeWithReplan", (given) => runtime.executeWithReplan(ONE, given)],
    ["verify", (given) => runtime.verify(ONE, given)],
    ["session", (given) => runtime.session(given)],
    ["recover", (given) => runtime.recover(given)],
    ["createRuntime", (given) => createRuntime(given)],
  ])("[EN-129] of `%s` cannot be in what is no object, which is refused", async (name, act) => {
    const text = `\`${name}\` takes its options as an object, not `;
    expect(await refusal(() => act(null as never))).toBe(`${text}null`);
    expect(await refusal(() => act("ann" as never))).toBe(`${text}a string`);
  });

  it.each<[string, unknown, string]>([
    ["budget", false, "`budget` is invalid"],
    ["budget", null, "`budget` is invalid"],
    ["capabilities", null, "`capabilities` is invalid"],
    ["capabilities", "", "`capabilities` is invalid"],
    ["limits", null, "`limits` is invalid"],
    ["approver", 1, "`approver` is a function, not a number"],
    ["executor", null, "`executor` is a function, not null"],
    ["random", 0.5, "`random` is a function, not a number"],
    ["policy", "x", "`policy` is an object with `check`, `supports`, `version`: `check` is a function"],
    ["policy", { check: () => 1, supports: {} }, "`version` is a text"],
    ["approvals", {}, "`request` is a function"],
    ["rateLimits", {}, "`rateLimits` is an object with `buckets`: `buckets` is an object"],
    ["eventLog", false, "`append` is a function"],
    ["state", null, "`state` is an object, not null"],
    ["state", [], "`state` is an object, not a list"],
    ["durable", null, "`state` is an object"],
    ["clock", 0, "`now` is a function"],
    ["ids", null, "`hex` is a function"],
    ["secrets", "x", "`secrets` is an object, not a string"],
    ["schemaCompiler", {}, "`compile` is a function"],
    ["memory", [], "`recordOutcome` is a function"],
    ["tools", {}, "`tools` is a list, not an object"],
    ["logger", "loud", "`logger` is a logger, or one of the levels"],
    ["logger", 5, "`debug` is a function"],
  ])("[EN-129] a `%s` of another kind (%j) is refused by name", async (name, value, text) => {
    expect(await refusal(() => createRuntime({ tools: [ok], [name]: value }))).toContain(text);
  });

  it("[EN-126] a principal that is none is refused by `verify` as by `execute`", async () => {
    for (const principal of [5, null, "\ud800", "x".repeat(2_000)] as string[]) {
      const refused = await refusal(() => runtime.execute(ONE, { principal }));
      expect(refused).toContain("`principal` is ");
      expect(await refusal(() => runtime.verify(ONE, { principal }))).toBe(refused);
    }
  });

  it("[EN-129] of a tool is refused, in either form", async () => {
    const parameters = { type: "object" };
    const define = () => defineTool({ name: "t", parameters, execute: () => 1, reserves: { usd: 1 } } as never);
    expect(await refusal(define)).toContain("did you mean `reserve`?");
    const misspelt = { ...ok, label: () => ["secret"] };
    expect(await refusal(() => createRuntime({ tools: [misspelt] }))).toContain("did you mean `labels`?");
  });

  it("[EN-129] an object of a class may have more than a tool has", () => {
    class Own {
      readonly schema = ok.schema;
      readonly execute = (): number => 1;
      readonly cache = new Map();
    }
    expect(() => createRuntime({ tools: [new Own()] })).not.toThrow();
  });

  it("[EN-129] a value that would turn a protection off is refused as well", async () => {
    expect(await refusal(() => createRuntime({ schedule: "Safe" as "safe" }))).toBe("`schedule` is `safe` or `eager`");
    expect(await refusal(() => runtime.recover({ unfinished: "roll back" as "rollback" }))).toContain("`unfinished`");
  });
});

function withStore() {
  return createRuntime({
    approvals: {
      supports: { durable: false },
      request: () => undefined,
      take: () => ({ state: "unknown" }),
      decide: () => Promise.reject(new Error("asked")),
      grant: () => Promise.reject(new Error("asked")),
      pending: () => Promise.resolve([]),
    },
  });
}
