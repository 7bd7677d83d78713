import { describe, expect, it } from "vitest";
import { calling, endsOf, runIn, startsOf, worldOf } from "./look-at-model.js";
import { answers, throws } from "./scripted-call.js";
import type { ModelWorld, Quoted, ScriptedRule } from "./world.js";

const SKIP = { failure_behavior: "skip" };
const RETRY = { failure_behavior: "retry" };
const REVERSIBLE = { reversibility: "reversible" as const };

describe("model: waiting for a place", () => {
  const TOOLS = { mail: { max_concurrency: 1 }, pay: {}, check: REVERSIBLE };
  const CALLS = { mail: answers(1, 10), pay: answers(1, 10), check: throws("denied", 5) };
  const HELD: Partial<ModelWorld> = { holds: [{ tool: "mail", ms: 100 }] };

  it("[CFM-4] an irreversible call that waits for its tool holds back others as if it ran", () => {
    const actions = [
      calling("mail", "mail"),
      calling("pay", "pay"),
      calling("check", "check", { dependencies: ["mail"] }),
    ];
    const outcome = runIn(worldOf(TOOLS, CALLS, HELD), ...actions);
    expect(startsOf(outcome)).toEqual(["100 mail", "110 check"]);
    expect(endsOf(outcome)[1]).toBe("pay skipped aborted 0");
  });

  it("[CFM-4] also one that may abort and leads to nothing", () => {
    const outcome = runIn(worldOf(TOOLS, CALLS, HELD), calling("mail", "mail"), calling("pay", "pay"));
    expect(startsOf(outcome)).toEqual(["100 mail", "110 pay"]);
  });

  it("[CFM-4] one that threatens nothing holds back nothing; what can be undone waits for none", () => {
    const actions = [calling("mail", "mail", SKIP), calling("pay", "pay"), calling("check", "check")];
    const calls = { ...CALLS, check: answers(1, 5) };
    expect(startsOf(runIn(worldOf(TOOLS, calls, HELD), ...actions))).toEqual(["0 check", "5 pay", "100 mail"]);
  });

  it("[CFM-4] when there is a place, it is judged anew", () => {
    const actions = [
      calling("first", "mail", SKIP),
      calling("second", "mail"),
      calling("afterFirst", "check", { dependencies: ["first"] }),
      calling("afterSecond", "check", { dependencies: ["second"] }),
    ];
    const calls = Object.fromEntries(actions.map(({ id = "" }) => [id, answers(1, 10)]));
    expect(startsOf(runIn(worldOf(TOOLS, calls), ...actions))).toEqual([
      "0 first",
      "10 afterFirst",
      "20 second",
      "30 afterSecond",
    ]);
  });
});

describe("model: approvals", () => {
  const ask = (quotes?: Quoted): readonly ScriptedRule[] => [
    { effect: "require_approval", tool: "t", ...(quotes === undefined ? {} : { quotes }) },
  ];
  const asked = (policy: readonly ScriptedRule[], more: Partial<ModelWorld> = {}): ModelWorld => {
    const calls = { a: [throws("transient", 1), answers(1, 1)], w: [answers(1, 1)] };
    const world = worldOf({ t: REVERSIBLE, slow: REVERSIBLE }, calls, { policy, approves: true, ...more });
    return { ...world, script: { ...world.script, approvalMs: { a: 10 } } };
  };
  const A = calling("a", "t", RETRY);

  it("[CFM-17] an approval covers further attempts with the same reasons", () => {
    expect(startsOf(runIn(asked(ask()), A))).toEqual(["10 a", "61 a"]);
  });

  it("[CFM-17] other reasons are asked about again", () => {
    expect(startsOf(runIn(asked(ask({ what: "attempt" })), A))).toEqual(["10 a", "71 a"]);
    const outcome = runIn(asked(ask({ what: "attempt" }), { deniesFrom: 2 }), A);
    expect(endsOf(outcome)).toEqual(["a failed approval_denied 1"]);
  });

  it("[CFM-17] so is one that has expired", () => {
    expect(startsOf(runIn(asked(ask(), { limits: { approval_ttl_ms: 51 } }), A))).toEqual(["10 a", "71 a"]);
    expect(startsOf(runIn(asked(ask(), { limits: { approval_ttl_ms: 52 } }), A))).toEqual(["10 a", "61 a"]);
  });

  it("[CFM-17] and what changes while somebody thinks about it", () => {
    const write = {
      id: "w",
      type: "state_write",
      parameters: { key: "k", value: 1 },
      dependencies: ["first"],
    } as const;
    const world = asked(ask({ what: "state", key: "k" }));
    const calls = { ...world.script.calls, first: [answers(1, 5)] };
    const outcome = runIn(
      { ...world, script: { ...world.script, calls } },
      A,
      calling("first", "slow"),
      write as never,
    );
    expect(startsOf(outcome)).toEqual(["0 first", "20 a", "71 a"]);
  });

  it("[CFM-17] one call is asked about eight times at most", () => {
    const outcome = runIn(asked(ask({ what: "time", stepMs: 1 })), A);
    expect([endsOf(outcome), outcome.wall_ms]).toEqual([["a rejected approval_required 0"], 80]);
  });

  it("[CFM-17] a wait for the rate limit is followed by all checks, with the place in the budget kept until then", () => {
    const limited = { ...REVERSIBLE, rate_limit: { max_calls: 1, interval_secs: 0.1 } };
    const calls = { a: answers(1, 1), b: answers(1, 1) };
    const world = worldOf({ t: limited }, calls, { policy: ask({ what: "time", stepMs: 50 }), approves: true });
    const outcome = runIn(world, calling("a", "t", SKIP), calling("b", "t", SKIP));
    expect(startsOf(outcome)).toEqual(["0 a", "100 b"]);
    const denied = runIn({ ...world, deniesFrom: 2 }, calling("a", "t", SKIP), calling("b", "t", SKIP));
    expect([endsOf(denied)[1], denied.cost.tool_calls]).toEqual(["b rejected approval_denied 0", 1]);
  });
});

describe("model: rate limits", () => {
  const limited = { ...REVERSIBLE, rate_limit: { max_calls: 1, interval_secs: 0.1 } };
  const CALLS = { a: answers(1, 1), b: answers(1, 1), c: answers(1, 1) };
  const three = ["a", "b", "c"].map((id) => calling(id, "t", SKIP));

  it("[CFM-21] calls over the limit wait in their order, and the bucket outlives the run", () => {
    const world = worldOf({ t: limited }, CALLS);
    const outcome = runIn(world, ...three);
    expect(startsOf(outcome)).toEqual(["0 a", "100 b", "200 c"]);
    expect(startsOf(runIn({ ...world, memory: outcome.memory }, calling("a", "t")))).toEqual(["99 a"]);
  });

  it("[CFM-21] the wait is bounded; who leaves the queue takes no token", () => {
    const outcome = runIn(worldOf({ t: limited }, CALLS, { limits: { rate_limit_timeout_ms: 150 } }), ...three);
    expect([startsOf(outcome), endsOf(outcome)[2]]).toEqual([["0 a", "100 b"], "c failed timeout 0"]);
  });

  it("[CFM-21] an abort ends the wait, and gives back what was reserved", () => {
    const calls = { ...CALLS, bad: throws("denied", 50) };
    const outcome = runIn(worldOf({ t: limited, u: REVERSIBLE }, calls), ...three, calling("bad", "u"));
    expect([endsOf(outcome)[1], outcome.cost.tool_calls]).toEqual(["b skipped aborted 0", 2]);
  });
});
