import { assertEqual, AssertionError, assertRejectsCode } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import type { PolicySuiteOptions } from "./test-policy-engine.js";
import { ask, effectOf, engineOf, type PolicyFactory } from "./test-policy-engine-tools.js";

/** Patterns on which an engine that backtracks takes time that doubles with each further letter. */
const HANGING = ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b"];

/** Milliseconds; an engine that needs longer for one short text will not end for a long one. */
const LONGEST_CHECK = 500;

/** PO-40 to PO-42: patterns cannot hang. */
export function testPolicyPatterns(it: TestRunner["it"], create: PolicyFactory, { now }: PolicySuiteOptions): void {
  for (const matches of HANGING) {
    it(`[PO-40] [6.2] the pattern ${matches} cannot hang`, async () => {
      const engine = await engineOf(create, [{ type: "deny_tool_param", tool: "tool", param: "p", matches }]);
      for (const length of [16, 20, 22, 24, 25, 26, 27, 28, 1_000, 100_000]) {
        const begin = now?.() ?? 0;
        await effectOf(engine, { parameters: { p: `${"a".repeat(length)}!` } });
        const took = (now?.() ?? 0) - begin;
        if (took > LONGEST_CHECK) throw new AssertionError(`${length} letters took ${took} ms`);
      }
    });
  }

  it("[PO-41] [6.2] a pattern that is none, or that RE2 does not know, gives no engine", async () => {
    for (const matches of ["(", "[z-a]", "(?=a)", "(a)\\1", "(?<!a)b", "*"]) {
      const rule = { type: "deny_tool_param", tool: "tool", param: "p", matches };
      await assertRejectsCode("CAR_POLICY_DOCUMENT_INVALID", () => engineOf(create, [rule]));
    }
  });

  it("[PO-40] `^` and `$` are the ends of the text, `.` is no newline", async () => {
    const engine = await engineOf(create, [{ type: "allow_tool_param", tool: "tool", param: "p", matches: "^a.$" }]);
    const effects = ["ab", "ab\n", "x\nab", "a\n"].map((p) => effectOf(engine, { parameters: { p } }));
    assertEqual(await Promise.all(effects), ["allow", "deny", "deny", "deny"]);
  });

  it("[PO-42] [6.2] a text that is too long to be checked is denied, whether the rule forbids or permits", async () => {
    const p = "xy".repeat(4_000_000);
    const matches = "x[xy]{500}z";
    for (const type of ["deny_tool_param", "allow_tool_param"]) {
      const engine = await engineOf(create, [{ type, id: "long", tool: "tool", param: "p", matches }]);
      const { effect, reasons } = await ask(engine, { parameters: { p } });
      assertEqual([effect, reasons[0]?.policy_id], ["deny", "long"], type);
    }
    const rule = { type: "require_approval", tool: "tool", when: [{ param: "p", matches }] };
    assertEqual(await effectOf(await engineOf(create, [rule]), { parameters: { p } }), "require_approval");
  });
}
