import { InferenceFailedError, type InferenceFailure, type ModelLack } from "@car/ir";
import { fieldsOf, listOf, textOf } from "../http/fields-of.js";
import { redact } from "./redact.js";
import { type HeadersLike, retryAfterMsOf } from "./retry-after.js";

/** What a service said instead of an answer. */
export interface ServiceFailure {
  /** Absent for an error inside an answer that says 200. */
  readonly status?: number | undefined;
  /** The body, as text or parsed. */
  readonly said: unknown;
  readonly headers?: HeadersLike | undefined;
  readonly model: string;
  readonly secrets?: readonly string[];
}

/** The error that it means. What it is called by status and code counts more than what it is called in words. */
export function serviceFailure({ status, said, headers, model, secrets }: ServiceFailure): InferenceFailedError {
  const body = typeof said === "string" ? parsed(said) : said;
  const error = errorIn(body);
  const own =
    textOf(error["message"]) ?? textOf(error["msg"]) ?? (typeof said === "string" ? said : JSON.stringify(body ?? ""));
  // A service that passes on another's answer says that something failed, and beside it what.
  const { raw } = fieldsOf(error["metadata"]);
  const message = raw == null ? own : `${own}: ${typeof raw === "string" ? raw : JSON.stringify(raw)}`;
  const inner = status ?? statusIn(error);
  const codes = codesIn(error);
  const lacks = status === 413 ? "context" : lackOf(codes, message);
  const kind = kindOf(inner, codes, message);
  const clean = redact(typeof said === "string" ? said : message, secrets);
  const prefix = status === undefined ? "it answered with an error" : `HTTP ${status}`;
  return new InferenceFailedError(`model \`${model}\`: ${prefix}${clean === "" ? "" : `: ${clean}`}`, {
    kind: lacks !== undefined && LACK_KINDS.has(kind) ? "invalid_request" : kind,
    model,
    lacks: LACK_KINDS.has(kind) ? lacks : undefined,
    retryAfterMs: retryAfterMsOf(headers, body, message),
  });
}

/** An answer that says 200 and holds an error, whole or in one of its choices. */
export function errorInside(body: Readonly<Record<string, unknown>>): boolean {
  const choice = fieldsOf(listOf(body["choices"])[0]);
  const isTold = body["detail"] != null || (textOf(body["message"]) ?? textOf(body["msg"])) !== undefined;
  const isOdd = body["choices"] == null && (isTold || body["object"] === "error");
  return isOdd || tells(body["error"]) || tells(choice["error"]) || body["type"] === "error";
}

/** An empty error, and one that is `false`, says that there is none. */
function tells(error: unknown): boolean {
  return typeof error === "object" ? Object.keys(error ?? {}).length > 0 : Boolean(error);
}

/** The object that tells of the error: the body itself, its `error`, or that of its first choice. */
function errorIn(body: unknown): Readonly<Record<string, unknown>> {
  const whole = fieldsOf(Array.isArray(body) ? body[0] : body);
  const error = whole["error"] ?? fieldsOf(listOf(whole["choices"])[0])["error"];
  if (typeof error === "string") return { ...whole, message: textOf(whole["message"]) ?? error };
  return error == null ? whole : fieldsOf(error);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function statusIn({ code, status }: Readonly<Record<string, unknown>>): number | undefined {
  const number = [code, status].map(Number).find((each) => Number.isInteger(each) && each >= 400 && each < 600);
  return number;
}

/** Whatever is a word for what happened, in small letters. */
function codesIn(error: Readonly<Record<string, unknown>>): readonly string[] {
  const { code, type, status, innererror, details } = error;
  const reasons = listOf(details).map((detail) => fieldsOf(detail)["reason"]);
  const words = [code, type, status, fieldsOf(innererror)["code"], ...reasons];
  return words.flatMap((word) => (typeof word === "string" ? [word.toLowerCase()] : []));
}

const CODES: readonly (readonly [InferenceFailure, RegExp])[] = [
  [
    "refused",
    /^(content_filter|content_policy_violation|responsibleaipolicyviolation|invalid_prompt|safety|safety_block|refusal|moderation\w*|prohibited_content|data_?inspection_?failed)$/,
  ],
  [
    "account",
    /^(insufficient_quota|insufficient_balance|billing\w*|payment_required|invalid_api_key|api_key_invalid|authentication_error|unauthenticated|permission_(error|denied)|account_\w+|model_not_found|not_found(_error)?|access_terminated)$/,
  ],
  ["rate_limited", /^(rate_limit\w*|resource_?exhausted|too_many_requests|throttling\w*)$/],
  ["timeout", /^(timeout\w*|deadline_exceeded)$/],
  [
    "unavailable",
    /^(overloaded\w*|engine_overloaded\w*|api_error|server_error|internal\w*|unavailable|service_unavailable)$/,
  ],
  ["invalid_request", /^(invalid_request\w*|invalid_argument|bad_request\w*|context_length_exceeded|unsupported_\w+)$/],
];

const REFUSAL =
  /content_(?:filter|policy)|content (?:management|filter(?:ing)?) policy|responsible_?ai|safety_(?:block|check)|"refusal"|\b(?:input|prompt|request|content|output) (?:was|were|has been|is) flagged|violates? (?:\w+ )?(?:usage|content|safety) (?:guideline|polic)|inappropriate content|content exists risk/i;
const NO_CREDIT = /insufficient_quota|credit balance is too low/i;
/** What others say with 404. */
const NO_MODEL =
  /\b(?:model|deployment)\b[^.]{0,80}\b(?:not exist|not found|decommissioned)|find an existing deployment/i;

function kindOf(status: number | undefined, codes: readonly string[], message: string): InferenceFailure {
  const byCode = CODES.find(([, pattern]) => codes.some((code) => pattern.test(code)))?.[0];
  const isVague = byCode === undefined || byCode === "invalid_request";
  if (byCode === "refused" || (isVague && REFUSAL.test(message))) return "refused";
  if (status === undefined) return byCode ?? "unavailable";
  if (status === 429) return byCode === "account" || NO_CREDIT.test(message) ? "account" : "rate_limited";
  if (status === 408 || status === 504) return "timeout";
  if ([401, 402, 403, 404].includes(status)) return "account";
  if (status >= 500 || status < 400 || status === 409 || status === 425) return "unavailable";
  if (NO_CREDIT.test(message) || NO_MODEL.test(message)) return "account";
  return byCode !== undefined && PLAINER_THAN_4XX.has(byCode)
    ? byCode
    : status === 498
      ? "unavailable"
      : "invalid_request";
}

/** Some services say with 400 what others have a status for. */
const PLAINER_THAN_4XX: ReadonlySet<InferenceFailure> = new Set(["account", "rate_limited", "timeout", "unavailable"]);

const LACK_KINDS: ReadonlySet<InferenceFailure> = new Set(["invalid_request", "account", "unavailable"]);
const NOT_SUPPORTED =
  /not? support|unsupported|not (?:available|allowed|enabled)|requires|unknown|unrecognized|invalid/i;

const LACKS: readonly (readonly [ModelLack, RegExp, RegExp])[] = [
  [
    "context",
    /^(context_length_exceeded|exceed_context_size_error|request_too_large|string_above_max_length|model_max_prompt_tokens_exceeded)$/,
    /context (?:length|window|size|limit)|(?:maximum|max) (?:context|prompt|input)|(?:prompt|input) (?:is too long|length|exceeds)|too many (?:input )?tokens|exceed(?:s|ed)? (?:the )?(?:maximum|available|model)\w* (?:number of tokens|context|input|token limit)|prompt token count|`inputs` tokens/i,
  ],
  [
    "json",
    /^$/,
    /response_format|json_schema|json_object|response schema|structured outputs?|output_(?:config|format)/i,
  ],
  ["tools", /^$/, /\btools?\b|tool_choice|function call/i],
  ["parameter", /^unsupported_(parameter|value)$/, /unsupported (?:parameter|value)/i],
];

/** What the model lacks for this request, so that another one may take it. */
function lackOf(codes: readonly string[], message: string): ModelLack | undefined {
  for (const [lack, code, words] of LACKS) {
    if (codes.some((each) => code.test(each))) return lack;
    const isMeant = words.test(message) && (lack === "context" || NOT_SUPPORTED.test(message));
    if (isMeant) return lack;
  }
  return undefined;
}
