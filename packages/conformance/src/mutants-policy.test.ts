import { describe, expect, it } from "vitest";
import { BROKEN_ENGINES, BROKEN_POLICIES } from "./mutants/broken-policies.js";
import { failuresOf } from "./mutants/failures-of.js";
import { referencePolicy } from "./policy/reference-policy.js";
import { testPolicyEngineBasics } from "./suites/test-policy-engine-basics.js";
import { testPolicyEngine } from "./suites/test-policy-engine.js";

const now = (): number => process.cpuUsage().user / 1_000;

/** The rules about patterns are beyond a reference that uses JavaScript's own. */
const KEPT_BY_REFERENCE = ["[PO-1", "[PO-2", "[PO-3", "[PO-4] ", "[PO-5] ", "[PO-8] ", "[PO-9] "];

describe("testPolicyEngine", () => {
  for (const prefix of KEPT_BY_REFERENCE) {
    it(`[CF-1] the slow reference keeps ${prefix}...`, async () => {
      const register = (runner: Parameters<typeof testPolicyEngine>[0]): void =>
        testPolicyEngine(runner, (document) => referencePolicy(document));
      expect(await failuresOf(register, prefix)).toEqual([]);
    });
  }

  it("[CF-1] the slow reference is an engine like any other", async () => {
    const rules = [{ type: "deny_keyword", id: "k", keywords: ["secret"] }];
    const register = (runner: Parameters<typeof testPolicyEngine>[0]): void =>
      testPolicyEngineBasics(runner, () => referencePolicy({ version: 1, rules }));
    const failures = await failuresOf(register, "[PO-6] ");
    expect(failures).toEqual([]);
  });
});

describe("broken policy engines", () => {
  for (const [prefix, how, create] of BROKEN_POLICIES) {
    it(`[CF-2] the suite rejects an engine that ${how}`, async () => {
      const failures = await failuresOf((runner) => testPolicyEngine(runner, create, { now }), prefix);
      expect(failures, prefix).not.toEqual([]);
    });
  }

  for (const [prefix, how, create] of BROKEN_ENGINES) {
    it(`[CF-2] the suite for any language rejects an engine that ${how}`, async () => {
      const failures = await failuresOf((runner) => testPolicyEngineBasics(runner, create), prefix);
      expect(failures, prefix).not.toEqual([]);
    });
  }
});
