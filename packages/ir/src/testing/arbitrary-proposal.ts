import fc from "fast-check";
import type { JsonValue } from "../json/json-value.js";
import { anyJson, anyName, anyText } from "./arbitrary-json.js";

/** Values at the edges of what the fields of a proposal allow. */
const odd: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(
    ...["", "a b", "a".repeat(257), "eq", "tool", "tool_call", "abort", "2026-02-30T00:00:00Z"],
  ),
  fc.constantFrom<JsonValue>(...[0, -0, -1, 1.5, 2, 2_147_483_648, 2 ** 53, null, true, false]),
  fc.constantFrom<JsonValue>(
    ...[[], [""], [1], ["a", "a b"], {}, { $ref: "" }, { $ref: "a", b: 1 }, { key: "k" }, [{}]],
  ),
  anyJson,
);

/**
 * Proposals with any of the format's fields. About one field in `oddness` has a value that it probably does not take, is
 * missing, or is unknown; 0 gives proposals that are well formed.
 */
export function anyProposal(oddness: number): fc.Arbitrary<JsonValue> {
  const record = (members: Record<string, fc.Arbitrary<JsonValue>>, optional: string[]): fc.Arbitrary<JsonValue> =>
    recordOf(members, optional, oddness);
  const text = fc.string({ minLength: 1, maxLength: 8 });
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/);
  const list = (entry: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> => fc.array(entry, { maxLength: 3 });
  const object = fc.dictionary(anyName, anyJson, { maxKeys: 3 }) as fc.Arbitrary<JsonValue>;
  const key = fc.oneof(text, record({ $ref: text }, []));
  const precondition = { key: text, operator: anyText, value: anyJson, description: anyText };
  const assumption = { key: text, expected_value: anyJson, read_version: fc.nat() };
  const compensation = fc.oneof(
    record({ type: fc.constant("tool"), tool: text, parameters: object }, ["parameters"]),
    record({ type: fc.constant("action_ref"), action_id: id }, []),
  );
  const common = {
    ...{ preconditions: list(record(precondition, ["operator", "value", "description"])), expected_effects: object },
    ...{ state_dependencies: list(text), dependencies: list(id), read_set: list(text), write_set: list(text) },
    ...{ assumptions: list(record(assumption, ["expected_value", "read_version"])), idempotent: fc.boolean() },
    ...{ max_retries: fc.nat(), failure_behavior: fc.constantFrom("abort", "retry", "skip") },
    ...{ timeout_ms: fc.integer({ min: 1, max: 2_147_483_647 }), compensation, metadata: object },
    ...{ reversibility: fc.constantFrom("reversible", "compensable", "irreversible") },
    ...{ invocation_mode: fc.constantFrom("one_shot", "streaming", "long_running") },
  };
  const action = (
    type: string,
    rest: Record<string, fc.Arbitrary<JsonValue>>,
    may: string[],
  ): fc.Arbitrary<JsonValue> =>
    record({ ...common, id, type: fc.constant(type), ...rest }, [...Object.keys(common), ...may]);
  const exists = fc.constantFrom("exists", "not_exists");
  const actions = fc.oneof(
    action("tool_call", { tool: text, parameters: object }, ["parameters"]),
    action("state_write", { parameters: record({ key, value: anyJson }, []) }, []),
    action("state_read", { parameters: record({ key }, []) }, []),
    action("assertion", { parameters: record({ key, operator: anyText, expected: anyJson }, ["operator"]) }, []),
    action("assertion", { parameters: record({ key, operator: exists }, []) }, []),
  );
  const proposal = {
    ...{ format_version: fc.constant(1), id: text, source: anyText, context: object },
    ...{ actions: fc.array(actions, { minLength: oddness === 0 ? 1 : 0, maxLength: 3 }) as fc.Arbitrary<JsonValue> },
    timestamp: fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
      .map((date) => date.toISOString()),
  };
  return record(proposal, ["format_version", "id", "source", "context", "timestamp"]);
}

function recordOf(
  members: Record<string, fc.Arbitrary<JsonValue>>,
  optional: string[],
  oddness: number,
): fc.Arbitrary<JsonValue> {
  const requiredKeys = Object.keys(members).filter((name) => !optional.includes(name));
  if (oddness === 0) return fc.record(members, { requiredKeys });
  const often = (arbitrary: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> =>
    fc.oneof({ weight: oddness - 1, arbitrary }, { weight: 1, arbitrary: odd });
  const mixed = Object.fromEntries(Object.entries(members).map(([name, member]) => [name, often(member)]));
  const whole = fc.record(mixed, { requiredKeys });
  return fc.oneof(
    { weight: 8 * oddness, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(mixed, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.tuple(whole, anyName, odd).map(([object, name, value]) => ({ ...object, [name]: value })),
    },
  ) as fc.Arbitrary<JsonValue>;
}
