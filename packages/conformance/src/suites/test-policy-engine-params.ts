import type { Decision } from "@car/ir/ports";
import { type JsonObject, type JsonValue } from "@car/ir";
import { assertEqual } from "../assert.js";
import { parametersWith } from "../policy/policy-request.js";
import type { TestRunner } from "../test-runner.js";
import { assertEffects } from "./test-policy-engine-asserts.js";
import { effectOf, engineOf, type PolicyFactory } from "./test-policy-engine-tools.js";

type Expected = readonly (readonly [value: JsonValue | undefined, effect: Decision["effect"]])[];

const deny = (condition: JsonObject): JsonObject => ({
  type: "deny_tool_param",
  tool: "tool",
  param: "p",
  ...condition,
});
const allow = (condition: JsonObject): JsonObject => ({ ...deny(condition), type: "allow_tool_param" });

/** What each operator says in a rule that denies. */
const DENIALS: readonly (readonly [operator: JsonObject, expected: Expected])[] = [
  [
    { equals: { a: [1, null] } },
    [
      [{ a: [1, null] }, "deny"],
      [{ a: [1] }, "allow"],
      [undefined, "allow"],
    ],
  ],
  [
    { equals: null },
    [
      [null, "deny"],
      [undefined, "allow"],
      [0, "allow"],
    ],
  ],
  [
    { equals: "a" },
    [
      ["a", "deny"],
      [["b", ["a"]], "deny"],
      ["ab", "allow"],
    ],
  ],
  [
    { one_of: [1, "x"] },
    [
      [1, "deny"],
      ["x", "deny"],
      ["1", "allow"],
    ],
  ],
  [
    { contains: "169.254." },
    [
      ["http://169.254.1.1", "deny"],
      ["http://a.test", "allow"],
      [169.254, "allow"],
    ],
  ],
  [
    { contains: "evil" },
    [
      [{ cc: ["x@evil.test"] }, "deny"],
      [{ "evil.test": 1 }, "deny"],
      [["good"], "allow"],
    ],
  ],
  [
    { starts_with: "rm " },
    [
      ["rm -rf", "deny"],
      ["farm x", "allow"],
    ],
  ],
  [
    { matches: "^22$" },
    [
      ["22", "deny"],
      [22, "deny"],
      ["220", "allow"],
    ],
  ],
  [
    { matches: "b+c" },
    [
      ["abbc", "deny"],
      [[{ x: "bc" }], "deny"],
      ["ac", "allow"],
    ],
  ],
  [
    { present: true },
    [
      [null, "deny"],
      ["", "deny"],
      [undefined, "allow"],
    ],
  ],
  [
    { present: false },
    [
      [undefined, "deny"],
      [null, "allow"],
    ],
  ],
  [
    { gt: 10 },
    [
      [11, "deny"],
      [10, "allow"],
      [undefined, "allow"],
    ],
  ],
  [
    { gte: 10 },
    [
      [10, "deny"],
      [9, "allow"],
    ],
  ],
  [
    { lt: 10 },
    [
      [9, "deny"],
      [10, "allow"],
    ],
  ],
  [
    { lte: 10 },
    [
      [10, "deny"],
      [11, "allow"],
    ],
  ],
];

/** PO-21 to PO-23: rules on parameters. */
export function testPolicyParams(it: TestRunner["it"], create: PolicyFactory): void {
  for (const [operator, expected] of DENIALS) {
    it(`[PO-21] [6.2] deny_tool_param with ${JSON.stringify(operator)}`, () =>
      assertEffects(create, deny(operator), expected));
  }

  it("[PO-21] deny_tool_param denies what cannot be compared", () =>
    assertEffects(create, deny({ gt: 10 }), [
      ["11", "deny"],
      [null, "deny"],
      [[5, 11], "deny"],
      [[5], "allow"],
    ]));

  testAllowances(it, create);
  testPaths(it, create);
}

function testAllowances(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-23] [6.2] allow_tool_param denies unless the parameter satisfies", async () => {
    const expected: Expected = [
      ["a", "allow"],
      ["b", "deny"],
      [undefined, "deny"],
      [null, "deny"],
    ];
    for (const operator of [{ equals: "a" }, { one_of: ["a", "c"] }, { starts_with: "a" }, { matches: "^a$" }]) {
      await assertEffects(create, allow(operator), expected);
    }
  });

  it("[PO-23] allow_tool_param wants every item of a list to satisfy, and there to be one", () =>
    assertEffects(create, allow({ one_of: ["a", "b"] }), [
      [["a", "b"], "allow"],
      [["a", "c"], "deny"],
      [["a", ["b"]], "allow"],
      [[], "deny"],
    ]));

  it("[PO-23] allow_tool_param is not satisfied by something inside an object, or by what cannot be compared", async () => {
    await assertEffects(create, allow({ contains: "a" }), [[{ a: "a" }, "deny"]]);
    await assertEffects(create, allow({ lte: 10 }), [
      ["5", "deny"],
      [5, "allow"],
    ]);
  });

  it("[PO-23] an optional parameter may be left out", () =>
    assertEffects(create, allow({ equals: "a", optional: true }), [
      [undefined, "allow"],
      [null, "deny"],
      ["b", "deny"],
    ]));
}

function testPaths(it: TestRunner["it"], create: PolicyFactory): void {
  const effect = async (rule: JsonObject, parameters: JsonObject): Promise<Decision["effect"]> =>
    effectOf(await engineOf(create, [rule]), { parameters });

  it("[PO-22] a path leads through objects, and through every item of a list", async () => {
    const rule = deny({ param: "to.mail", equals: "x" });
    assertEqual(await effect(rule, { to: { mail: "x" } }), "deny");
    assertEqual(await effect(rule, { to: [{ mail: "y" }, [{ mail: "x" }]] }), "deny");
    assertEqual(await effect(rule, { "to.mail": "x" }), "allow");
  });

  it("[PO-22] a number is a place in a list, `*` every member, and a list of names may hold dots", async () => {
    assertEqual(await effect(deny({ param: "l.1", equals: "x" }), { l: ["y", "x"] }), "deny");
    assertEqual(await effect(deny({ param: "l.1", equals: "x" }), { l: ["x"] }), "allow");
    assertEqual(await effect(deny({ param: "*.b", equals: "x" }), { any: { b: "x" } }), "deny");
    assertEqual(await effect(deny({ param: ["a.b"], equals: "x" }), { "a.b": "x" }), "deny");
  });

  it("[PO-22] allow_tool_param wants every branch of its path to satisfy", async () => {
    const rule = allow({ param: "to.mail", one_of: ["a", "b"] });
    assertEqual(await effect(rule, { to: [{ mail: "a" }, { mail: "b" }] }), "allow");
    assertEqual(await effect(rule, { to: [{ mail: "a" }, { mail: "c" }] }), "deny");
    assertEqual(await effect(rule, { to: [{ mail: "a" }, {}] }), "deny");
    assertEqual(await effect(rule, { to: [] }), "deny");
  });

  it("[PO-22] names such as `__proto__` are names like others, and inherited members are none", async () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      assertEqual(await effect(deny({ param: name, present: true }), {}), "allow", name);
      assertEqual(await effect(deny({ param: name, equals: 1 }), parametersWith(name, 1)), "deny", name);
      assertEqual(await effect(allow({ param: name, present: true }), {}), "deny", name);
    }
  });
}
