import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProposalInvalidError } from "../errors/detailed-errors.js";
import { isWellFormed } from "../json/well-formed.js";
import { anyJson, anyName, jsonOf, LAW } from "../testing/arbitrary-json.js";
import { CALL, linesIn, withActions } from "../testing/proposals.js";
import { parseProposal, type ParseProposalOptions } from "./parse-proposal.js";
import { isParsedProposal } from "./parsed-proposals.js";

function isParsedOrRefused(input: unknown, options?: ParseProposalOptions): boolean {
  try {
    return isParsedProposal(parseProposal(input, options));
  } catch (error) {
    return error instanceof ProposalInvalidError && error.problems.length > 0 && error.problems.every(isWhole);
  }
}

function isWhole({ path, message }: { readonly path: string; readonly message: string }): boolean {
  return message.length > 0 && message.length < 500 && path.length < 10_000 && isWellFormed(path + message);
}

const fields = fc.constantFrom(
  ...[
    "id",
    "type",
    "tool",
    "parameters",
    "preconditions",
    "dependencies",
    "assumptions",
    "compensation",
    "key",
    "value",
  ],
  ...[
    "actions",
    "source",
    "context",
    "timestamp",
    "format_version",
    "failure_behavior",
    "timeout_ms",
    "$ref",
    "operator",
  ],
);
const words = fc.constantFrom(
  "tool_call",
  "state_write",
  "state_read",
  "assertion",
  "tool",
  "action_ref",
  "a",
  "exists",
);
/** Objects made of the format's own words in all the wrong places. */
const almost = jsonOf(fc.oneof(words, fc.integer(), fc.constant(null)));
const action = fc.dictionary(fields, almost, { maxKeys: 8 }).chain((members) => {
  return fc.constantFrom({ ...members }, { ...CALL, ...members }, { ...members, ...CALL });
});

describe("parseProposal as a law", () => {
  it("[IR-20] any JSON is parsed or refused", () => {
    fc.assert(
      fc.property(anyJson, (value) => isParsedOrRefused(value)),
      LAW,
    );
  });

  it("[IR-20] any text is parsed or refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => isParsedOrRefused(text)),
      LAW,
    );
  });

  it("[IR-20] any value whatever is parsed or refused", () => {
    const value = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
    fc.assert(
      fc.property(value, (input) => isParsedOrRefused(input) && isParsedOrRefused({ actions: [input] })),
      LAW,
    );
  });

  it("[IR-20] almost a proposal is parsed or refused, in both modes, from a value and from text", () => {
    const law = fc.property(fc.array(action, { maxLength: 4 }), fc.dictionary(anyName, almost), (actions, rest) => {
      const input = { ...rest, actions };
      const text = JSON.stringify(input);
      const isSame = isAccepted(input) === isAccepted(text);
      return isSame && isParsedOrRefused(input) && isParsedOrRefused(text, { unknownFields: "warn" });
    });
    fc.assert(law, LAW);
  });

  it("[IR-20] cut off anywhere, a text is refused", () => {
    const text = JSON.stringify(withActions({ ...CALL, parameters: { s: 'é\\"\u0007', n: [-1.5e-7, true, null] } }));
    for (let end = 0; end < text.length; end++) expect(linesIn(text.slice(0, end))[0]).toMatch(/^not JSON at line 1/);
  });
});

function isAccepted(input: unknown): boolean {
  try {
    return isParsedProposal(parseProposal(input));
  } catch {
    return false;
  }
}
