import type { Action } from "../action/action.js";
import { assertKnownOptions } from "../config/assert-known-options.js";
import { assertOptionTypes } from "../config/assert-option-types.js";
import { DEFAULT_LIMITS, type Limits } from "../config/limits.js";
import { ConfigInvalidError, JsonInvalidError } from "../errors/plain-errors.js";
import { type InputProblem, ProposalInvalidError } from "../errors/detailed-errors.js";
import { copyJson, type CopyLimits } from "../json/copy-json.js";
import type { JsonValue } from "../json/json-value.js";
import type { UnknownFields } from "../parse/check-shape.js";
import { problemsOf } from "../parse/finding.js";
import { MAX_LIST } from "../parse/fits.js";
import { readJsonText, type UnsafeIntegers } from "../parse/read-json-text.js";
import type { Clock } from "../ports/clock.js";
import type { IdSource } from "../ports/id-source.js";
import { rfc3339 } from "../time/rfc3339.js";
import type { ActionProposal } from "./action-proposal.js";
import { checkProposal, type Unfilled } from "./check-proposal.js";
import { hashOf, isParsedProposal, markParsed } from "./parsed-proposals.js";

/** What parsing may use and how strict it is. Every field may be left out. */
export interface ParseProposalOptions {
  /** Fills a missing `timestamp`. Without it, that is `1970-01-01T00:00:00.000Z`. */
  readonly clock?: Clock | undefined;
  /** Fills a missing `id`. Without it, that is the beginning of the proposal's hash. */
  readonly ids?: IdSource | undefined;
  /** Bounds on size, nesting and the number of actions; what is left out has the value of `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Pick<Limits, "max_bytes" | "max_depth" | "max_actions">> | undefined;
  /** `warn` leaves fields out that this version does not know, for input from newer writers. Default: `error`. */
  readonly unknownFields?: UnknownFields | undefined;
  /**
   * What becomes of integers in a text whose digits a number cannot keep, such as 9007199254740993: `refuse` (default), or
   * `string`, which keeps them as text. A value that arrives parsed has lost them already; a schema that says `integer` refuses it.
   */
  readonly unsafeIntegers?: UnsafeIntegers | undefined;
  /** Told of every field that `unknownFields: "warn"` left out. */
  readonly onWarning?: ((problem: InputProblem) => void) | undefined;
}

/** Bytes of an id that the caller gave none of. */
const ID_BYTES = 6;

/**
 * Turns JSON text, or a value that was JSON, into a proposal: checked, complete, deeply frozen, marked as parsed. A
 * proposal that is marked already comes back as it is. Keys such as `__proto__` are data. Of two members with one name
 * in a text the last counts.
 * @throws `ProposalInvalidError` (`CAR_PROPOSAL_INVALID`), and nothing else for any input, with every problem in document order;
 * `ConfigInvalidError` for an option that is none.
 */
export function parseProposal(json: unknown, options: ParseProposalOptions = NO_OPTIONS): ActionProposal {
  if (options !== lastOptions) {
    assertOptions(options);
    lastOptions = options;
  }
  if (isParsedProposal(json)) return json;
  const { max_bytes: maxBytes, max_depth: maxDepth, max_actions: maxActions } = limitsOf(options);
  const input = readInput(json, { maxBytes, maxDepth }, options.unsafeIntegers);
  const maxList = Math.max(maxActions, MAX_LIST);
  const checked = checkProposal(input, { unknownFields: options.unknownFields ?? "error", maxList, maxActions });
  if ("findings" in checked) throw new ProposalInvalidError(problemsOf(checked.findings, input));
  for (const problem of problemsOf(checked.dropped, input)) options.onWarning?.(problem);
  return complete(checked.value, options);
}

const NO_OPTIONS: ParseProposalOptions = Object.freeze({});

/** Checked last: whoever parses much does it with one set of options. */
let lastOptions = NO_OPTIONS;

function limitsOf({ limits }: ParseProposalOptions): Pick<Limits, "max_bytes" | "max_depth" | "max_actions"> {
  if (limits === undefined) return DEFAULT_LIMITS;
  const {
    max_bytes = DEFAULT_LIMITS.max_bytes,
    max_depth = DEFAULT_LIMITS.max_depth,
    max_actions = DEFAULT_LIMITS.max_actions,
  } = limits;
  return { max_bytes, max_depth, max_actions };
}

const OPTIONS = [
  "clock",
  "ids",
  "limits",
  "unknownFields",
  "unsafeIntegers",
  "onWarning",
] as const satisfies readonly (keyof ParseProposalOptions)[];
const LIMITS = Object.keys(DEFAULT_LIMITS);
const COUNTS = { max_bytes: "number", max_depth: "number", max_actions: "number" } as const;

function assertOptions(options: ParseProposalOptions): void {
  assertKnownOptions(options, OPTIONS, "parseProposal");
  assertOptionTypes(options, {
    clock: { now: "function" },
    ids: { hex: "function" },
    limits: "object",
    onWarning: "function",
  });
  const { unknownFields, unsafeIntegers = "refuse", limits } = options;
  if (limits !== undefined) {
    assertKnownOptions(limits, LIMITS, "limits");
    assertOptionTypes(limits, COUNTS);
  }
  if (unsafeIntegers !== "refuse" && unsafeIntegers !== "string") {
    throw new ConfigInvalidError("`unsafeIntegers` is `refuse` or `string`");
  }
  if (unknownFields === undefined || unknownFields === "error" || unknownFields === "warn") return;
  throw new ConfigInvalidError("`unknownFields` is `error` or `warn`");
}

function readInput(json: unknown, limits: CopyLimits, unsafeIntegers?: UnsafeIntegers): JsonValue {
  if (typeof json !== "string") return copyInput(json, limits);
  const read = readJsonText(json, limits, unsafeIntegers);
  if ("problem" in read) throw new ProposalInvalidError([read.problem]);
  return copyInput(read.value, limits);
}

function copyInput(value: unknown, limits: CopyLimits): JsonValue {
  try {
    return copyJson(value, limits);
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    throw new ProposalInvalidError([{ path: error.path, message: error.detail }], { cause: error });
  }
}

function complete(unfilled: Unfilled, { clock, ids }: ParseProposalOptions): ActionProposal {
  const proposal: ActionProposal = {
    format_version: unfilled.format_version,
    id: unfilled.id ?? ids?.hex(ID_BYTES) ?? hashOf(unfilled).slice(0, 2 * ID_BYTES),
    source: unfilled.source,
    actions: Object.freeze([...unfilled.actions]) as Action[],
    timestamp: unfilled.timestamp ?? rfc3339(clock?.now() ?? 0),
    context: unfilled.context,
  };
  return Object.freeze(markParsed(proposal, unfilled.actions));
}
