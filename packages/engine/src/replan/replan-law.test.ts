import { collectEvents } from "@car/conformance/internal";
import { verifyChain } from "@car/eventlog";
import fc from "fast-check";
import { jsonOfEvent } from "@car/ir";
import { describe, expect, it } from "vitest";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import type { ReplanAttempt } from "./replan-options.js";

const fail = tool("fail", () => ({ error: "no" }));
const ok = tool("ok", ({ n }) => n ?? 1);

/** What a callback may do. */
const anyMove = fc.oneof(
  fc.record({ does: fc.constant("bad" as const), n: fc.nat(3) }),
  fc.record({ does: fc.constant("unknown tool" as const), n: fc.nat(3) }),
  fc.record({ does: fc.constantFrom("good" as const, "gives up" as const, "throws" as const), n: fc.constant(0) }),
  fc.record({ does: fc.constant("garbage" as const), n: fc.anything().filter((value) => value !== undefined) }),
);

function proposalOf(tools: string, n: unknown) {
  return { actions: [call("a", "ok", { parameters: { n } }), call("b", tools)] };
}

function play(move: { readonly does: string; readonly n: unknown }): unknown {
  switch (move.does) {
    case "bad":
      return proposalOf("fail", move.n);
    case "unknown tool":
      return proposalOf("nothing", move.n);
    case "good":
      return proposalOf("ok", 9);
    case "throws":
      throw new Error("no idea");
    case "garbage":
      return move.n;
    default:
      return undefined;
  }
}

describe("executeWithReplan, whatever the callback does", () => {
  it("[EN-21] [EN-22] [EN-23] it ends with a name and within its bounds, and the log says the same as the result", () => {
    const law = fc.asyncProperty(
      fc.record({ moves: fc.array(anyMove, { maxLength: 6 }), maxReplans: fc.nat(5), verifyFirst: fc.boolean() }),
      async ({ moves, maxReplans, verifyFirst }) => {
        const { runtime } = testRuntime({ tools: [ok, fail] });
        const asked: ReplanAttempt[] = [];
        const replan = (attempt: ReplanAttempt): unknown => {
          asked.push(attempt);
          return play(moves[attempt.attempt - 1] ?? { does: "gives up", n: 0 });
        };
        const { stop, tries, result } = await runtime.executeWithReplan(proposalOf("fail", -1), {
          replan,
          maxReplans,
          verifyFirst,
        });
        expect(asked.length).toBeLessThanOrEqual(maxReplans);
        expect(asked.map(({ attempt, attemptsLeft }) => attempt + attemptsLeft)).toEqual(asked.map(() => maxReplans));
        expect(tries.at(-1)?.result).toBe(result);
        expect(tries.filter(({ result: { status } }) => status === "committed")).toHaveLength(
          stop === "committed" ? 1 : 0,
        );
        const hashes = tries.map(({ result: { proposal_hash: hash } }) => hash).filter((hash) => hash !== "");
        expect(new Set(hashes).size).toBe(hashes.length);

        const log = runtime.eventLog;
        expect(await verifyChain(log.read())).toMatchObject({ valid: true });
        const events = await collectEvents(log);
        const ofKind = (kind: string) => events.filter((event) => event.kind === kind);
        expect(ofKind("proposal_received").map(({ run_id }) => run_id)).toEqual(
          tries.map(({ result: { run_id } }) => run_id),
        );
        expect(ofKind("replan_requested").map((event) => jsonOfEvent(event)["attempt"])).toEqual(
          asked.map(({ attempt }) => attempt),
        );
        expect(ofKind("replan_succeeded")).toHaveLength(stop === "committed" ? 1 : 0);
        expect(ofKind("replan_exhausted").map((event) => jsonOfEvent(event)["stop"])).toEqual(
          stop === "committed" ? [] : [stop],
        );
      },
    );
    return fc.assert(law, { numRuns: 80 });
  });
});
