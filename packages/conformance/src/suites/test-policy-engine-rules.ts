import { Action, type JsonObject } from "@car/ir";
import { assertEqual } from "../assert.js";
import { parametersWith } from "../policy/policy-request.js";
import type { TestRunner } from "../test-runner.js";
import { assertEffects } from "./test-policy-engine-asserts.js";
import { effectOf, engineOf, type PolicyFactory } from "./test-policy-engine-tools.js";

const WRITE = Action.parse({ id: "w", type: "state_write", parameters: { key: "notes", value: { deep: "a Secret" } } });
const READ = Action.parse({ id: "r", type: "state_read", parameters: { key: "notes" } });
const ASSERTION = Action.parse({ id: "a", type: "assertion", parameters: { key: "notes", expected: 1 } });

/** PO-20 and PO-24 to PO-26, PO-31: rules that look at the action alone. */
export function testPolicyRules(it: TestRunner["it"], create: PolicyFactory): void {
  testToolRules(it, create);
  testKeywords(it, create);
  testApprovals(it, create);
}

function testToolRules(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-20] [6.2] deny_tool denies every call of that tool, and nothing else", async () => {
    const engine = await engineOf(create, [{ type: "deny_tool", tool: "shell" }]);
    assertEqual(await effectOf(engine, { tool: "shell" }), "deny");
    assertEqual(await effectOf(engine, { tool: "shell_2" }), "allow");
    assertEqual(await effectOf(engine, { action: WRITE }), "allow");
  });

  it("[PO-20] [6.2] a tool may be named by a prefix", async () => {
    const engine = await engineOf(create, [{ type: "deny_tool", tool: "fs_*" }]);
    assertEqual(await effectOf(engine, { tool: "fs_write" }), "deny");
    assertEqual(await effectOf(engine, { tool: "fs" }), "allow");
    assertEqual(await effectOf(engine, { tool: "my_fs_write" }), "allow");
  });

  it("[PO-20] tools with the names of an object's own members are tools like others", async () => {
    const engine = await engineOf(create, [{ type: "deny_tool", tool: "toString" }]);
    assertEqual(await effectOf(engine, { tool: "toString" }), "deny");
    assertEqual(await effectOf(engine, { tool: "constructor" }), "allow");
    assertEqual(await effectOf(engine, { tool: "__proto__" }), "allow");
  });

  it("[PO-26] allow_state covers reading or writing of its keys, under a default of deny", async () => {
    const reading = await engineOf(create, [{ type: "allow_state", keys: ["no*"], access: "read" }], "deny");
    assertEqual(await effectOf(reading, { action: READ }), "allow");
    assertEqual(await effectOf(reading, { action: ASSERTION }), "allow");
    assertEqual(await effectOf(reading, { action: WRITE }), "deny");
    const other = await engineOf(create, [{ type: "allow_state", keys: ["other"] }], "deny");
    assertEqual(await effectOf(other, { action: READ }), "deny");
  });
}

function testKeywords(it: TestRunner["it"], create: PolicyFactory): void {
  const rule = { type: "deny_keyword", keywords: ["secret"] };

  it("[PO-24] [6.2] deny_keyword finds a word in any text, at any depth, in any case", () =>
    assertEffects(create, rule, [
      ["my SECRETS", "deny"],
      [[{ a: ["x", { b: "Secret" }] }], "deny"],
      ["sec ret", "allow"],
      [["sec", "ret"], "allow"],
      [17, "allow"],
    ]));

  it("[PO-24] [6.2] deny_keyword looks at the names of members too", async () => {
    const engine = await engineOf(create, [rule, { type: "deny_keyword", keywords: ["__proto__"] }]);
    assertEqual(await effectOf(engine, { parameters: { p: { the_secret: 1 } } }), "deny");
    assertEqual(await effectOf(engine, { parameters: parametersWith("__proto__", 1) }), "deny");
  });

  it("[PO-24] [6.2] deny_keyword sees actions of every type, or the calls of its tools", async () => {
    const everywhere = await engineOf(create, [rule]);
    assertEqual(await effectOf(everywhere, { action: WRITE }), "deny");
    assertEqual(await effectOf(everywhere, { action: READ }), "allow");
    const there = await engineOf(create, [{ ...rule, tools: ["send*"] }]);
    assertEqual(await effectOf(there, { action: WRITE }), "allow");
    assertEqual(await effectOf(there, { tool: "send_mail", parameters: { p: "secret" } }), "deny");
    assertEqual(await effectOf(there, { tool: "read", parameters: { p: "secret" } }), "allow");
  });

  it("[PO-24] deny_keyword can heed case, and otherwise folds more than ASCII", async () => {
    await assertEffects(create, { ...rule, case_sensitive: true }, [
      ["secret", "deny"],
      ["Secret", "allow"],
    ]);
    // A final sigma, a Kelvin sign and a sharp s are letters whose cases are not one to one.
    await assertEffects(create, { type: "deny_keyword", keywords: ["ΟΔΟΣ", "kelvin", "straße"] }, [
      ["η οδοσα", "deny"],
      ["\u212aelvin", "deny"],
      ["STRASSE", "deny"],
      ["strase", "allow"],
    ]);
  });
}

function testApprovals(it: TestRunner["it"], create: PolicyFactory): void {
  const rule: JsonObject = { type: "require_approval", tool: "tool" };

  it("[PO-31] [6.2] require_approval asks for every call of its tool", () =>
    assertEffects(create, rule, [[1, "require_approval"]]));

  it("[PO-31] [6.2] require_approval asks only when all of its conditions hold", () =>
    assertEffects(
      create,
      {
        ...rule,
        when: [
          { param: "p", gt: 10 },
          { param: "p", lt: 20 },
        ],
      },
      [
        [15, "require_approval"],
        [10, "allow"],
        [20, "allow"],
        [undefined, "allow"],
      ],
    ));

  it("[PO-31] a condition that cannot be decided counts as met", () =>
    assertEffects(create, { ...rule, when: [{ param: "p", gt: 10 }] }, [["11 million", "require_approval"]]));
}
