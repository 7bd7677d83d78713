// The errors with facts that programs read, in the order of `ERROR_CODES`.
import { CarError } from "./car-error.js";

/** One thing that is wrong with a piece of JSON, and where. */
export interface InputProblem {
  /** JSONPath-like place, such as `actions[2].state_dependancies`; empty for the whole input. */
  readonly path: string;
  readonly message: string;
  /** The nearest known name, when a name was not known. */
  readonly did_you_mean?: string;
}

/** The input is not a proposal. `problems` lists everything that is wrong, in document order. */
export class ProposalInvalidError extends CarError {
  readonly code = "CAR_PROPOSAL_INVALID";
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[], options?: ErrorOptions) {
    super(`proposal is invalid: ${problems.map(problemText).join("; ")}`, options);
    this.problems = problems;
  }
}

/** One problem as a line of text: place, what is wrong, and what was probably meant. */
export function problemText(problem: InputProblem): string {
  const place = problem.path === "" ? "" : `${problem.path}: `;
  const hint = problem.did_you_mean === undefined ? "" : `, did you mean \`${problem.did_you_mean}\`?`;
  return `${place}${problem.message}${hint}`;
}

/** What kind of failure this is; it decides whether an attempt is worth repeating. */
export type ErrorClass = "invalid" | "denied" | "not_found" | "transient" | "terminal" | "timeout" | "canceled";

/** Facts a tool can attach to its failure. */
export interface ToolErrorOptions extends ErrorOptions {
  /** Default `terminal`. Anything thrown that is not a `ToolError` counts as `transient`. */
  readonly class?: ErrorClass;
  /** Wait at least this long before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Thrown by a tool to say what kind of failure happened. */
export class ToolError extends CarError {
  readonly code = "CAR_TOOL_FAILED";
  readonly class: ErrorClass;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ToolErrorOptions = {}) {
    super(message, options);
    this.class = options.class ?? "terminal";
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** One thing that is wrong with a policy document, and where. */
export interface PolicyDocumentProblem extends InputProblem {
  /** As given to the parser; absent for rules that code built. */
  readonly file?: string;
  /** Counted from 1. Absent when the place in the text is not known. */
  readonly line?: number;
  /** Counted from 1. Absent when only the line is known. */
  readonly column?: number;
}

/** Keeps the message readable; `problems` always has them all. */
const MOST_LISTED = 20;

/** A policy document, or a list of rules, is not one. Nothing of it was used. `problems` is in document order. */
export class PolicyDocumentInvalidError extends CarError {
  readonly code = "CAR_POLICY_DOCUMENT_INVALID";
  readonly problems: readonly PolicyDocumentProblem[];

  constructor(problems: readonly PolicyDocumentProblem[], options?: ErrorOptions) {
    const listed = problems.slice(0, MOST_LISTED).map((problem) => `${placeText(problem)}${problemText(problem)}`);
    const rest = problems.length > MOST_LISTED ? [`and ${problems.length - MOST_LISTED} more`] : [];
    super(`policy is invalid: ${[...listed, ...rest].join("; ")}`, options);
    this.problems = problems;
  }
}

/** `rules.yaml:4:7: `, as far as it is known; editors and terminals make a link of it. */
function placeText({ file, line, column }: PolicyDocumentProblem): string {
  const place = [file ?? (line === undefined ? undefined : "line"), line, column].filter((part) => part !== undefined);
  return place.length === 0 ? "" : `${place.join(":")}: `;
}

/** Where a stored log is damaged, as far as that is known. */
export interface LogPlace {
  /** File name of the segment, of a log that is kept in segments. */
  readonly segment?: string;
  /** Line of the file, from 1. */
  readonly line?: number;
  /** Sequence of the event that should be there. */
  readonly seq?: number;
}

/** A stored log does not read back; the message names the place, `place` has it for programs. */
export class LogCorruptError extends CarError {
  readonly code = "CAR_LOG_CORRUPT";
  readonly place: LogPlace;

  constructor(message: string, { place = {}, ...options }: ErrorOptions & { readonly place?: LogPlace } = {}) {
    super(message, options);
    this.place = place;
  }
}

/** Another live process writes the log. The message names it; `owner` is what it said of itself. */
export class LogLockedError extends CarError {
  readonly code = "CAR_LOG_LOCKED";
  /** Facts such as `pid` and `host`; absent when the owner had not written them yet. */
  readonly owner: Readonly<Record<string, unknown>> | undefined;

  constructor(message: string, owner?: Readonly<Record<string, unknown>>) {
    super(message);
    this.owner = owner;
  }
}

/**
 * The log failed before it could confirm how a run ended, and nothing else could be noted about it: the run may have
 * committed, and it may not. `recover()` of the next process that opens the store decides, and tells.
 */
export class RunUndecidedError extends CarError {
  readonly code = "CAR_RUN_UNDECIDED";
  /** Of the run, as `recover()` will name it. */
  readonly runId: string;

  constructor(runId: string, options?: ErrorOptions) {
    super(
      `the end of run \`${runId}\` could not be confirmed; \`recover()\` decides it when the store is opened again`,
      options,
    );
    this.runId = runId;
  }
}

/**
 * Tools of an MCP server are not as the host approved them. Nothing of the server was registered. Read what the tools say
 * now, and approve `found` by adding it to the pins.
 */
export class McpPinError extends CarError {
  readonly code = "CAR_MCP_PIN_MISMATCH";
  /** The hashes that the tools have now, by name, of those that have changed or are new. */
  readonly found: Readonly<Record<string, string>>;

  constructor(message: string, { found }: { readonly found: Readonly<Record<string, string>> }) {
    super(message);
    this.found = found;
  }
}

/**
 * What went wrong with one call of a model.
 * - `refused`: the provider will not answer this content. Another model is not asked.
 * - `account`: key, quota, rights or the model's name; says nothing about how well the model works.
 * - `rate_limited`: too many calls; `retryAfterMs` when the provider says it.
 * - `unavailable`: no connection, or the provider failed.
 * - `timeout`: no answer in time.
 * - `invalid_request`: the provider does not take this request.
 * - `bad_answer`: something came back that is no answer, or too large, or a stream that broke off.
 * - `incomplete`: the answer ended at a limit of length.
 * - `canceled`: by the caller's signal.
 */
export type InferenceFailure =
  | "refused"
  | "account"
  | "rate_limited"
  | "unavailable"
  | "timeout"
  | "invalid_request"
  | "bad_answer"
  | "incomplete"
  | "canceled";

/** What a model lacks for a request that another model may take: room for the context, JSON answers, tools, a parameter. */
export type ModelLack = "context" | "json" | "tools" | "parameter";

/** Facts about a failed call. */
export interface InferenceFailureFacts {
  readonly kind: InferenceFailure;
  readonly model?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly lacks?: ModelLack | undefined;
}

const CLASSES: Readonly<Record<InferenceFailure, ErrorClass>> = {
  refused: "denied",
  account: "terminal",
  rate_limited: "transient",
  unavailable: "transient",
  timeout: "timeout",
  invalid_request: "invalid",
  bad_answer: "transient",
  incomplete: "terminal",
  canceled: "canceled",
};

/** A model did not answer. The message holds no key; the provider's own error is not attached, because it may. */
export class InferenceFailedError extends CarError {
  readonly code = "CAR_INFERENCE_FAILED";
  readonly kind: InferenceFailure;
  /** What the engine reads to know whether another attempt is worth it. */
  readonly class: ErrorClass;
  readonly model: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** With `invalid_request`, where the request is sound and this model cannot take it. */
  readonly lacks: ModelLack | undefined;

  constructor(message: string, facts: InferenceFailureFacts) {
    super(message);
    this.kind = facts.kind;
    this.class = CLASSES[facts.kind];
    this.model = facts.model;
    this.retryAfterMs = facts.retryAfterMs;
    this.lacks = facts.lacks;
  }
}

/** One thing that is wrong with a model's answer. */
export interface AnswerProblem {
  /** JSON Pointer into the answer; empty for the whole answer. */
  readonly path: string;
  readonly message: string;
}

/** A model's answer was not the JSON that was asked for, not after being told what was wrong either. */
export class AnswerInvalidError extends CarError {
  readonly code = "CAR_INFERENCE_ANSWER_INVALID";
  readonly class = "terminal";
  /** What is wrong with the last answer. */
  readonly problems: readonly AnswerProblem[];
  /** The last answer's beginning. */
  readonly text: string;
  readonly model: string;
  /** Of all rounds. */
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };

  constructor(facts: Pick<AnswerInvalidError, "problems" | "text" | "model" | "usage">) {
    const list = facts.problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
    super(`the answer of model \`${facts.model}\` is not what was asked for: ${list}`);
    this.problems = facts.problems;
    this.text = facts.text;
    this.model = facts.model;
    this.usage = facts.usage;
  }
}
