import { AnswerInvalidError, InferenceFailedError, type JsonObject, type JsonValue } from "@car/ir";
import { assertKnownOptions, finishReasonOf, isWholeAnswer } from "@car/ir/internal";
import type {
  CompiledSchema,
  Inference,
  InferenceCall,
  InferenceRequest,
  InferenceResponse,
  SchemaCompiler,
} from "@car/ir/ports";
import { readJson } from "./read-json.js";
import { askRepairing, type Reading } from "./repairing.js";

/** What is asked, and the form of the answer. */
export interface InferJsonOptions extends InferenceCall {
  readonly request: InferenceRequest;
  /** JSON Schema 2020-12 of the answer. */
  readonly schema: JsonObject;
  readonly compiler: SchemaCompiler;
  /** Rounds in which the model is told what is wrong. Default 1, at most 3. */
  readonly maxRepairs?: number;
}

/** An answer that fits its schema. */
export interface JsonAnswer {
  readonly value: JsonValue;
  readonly response: InferenceResponse;
  /** Of all rounds. */
  readonly usage: InferenceResponse["usage"];
  readonly repairs: number;
}

const OPTIONS = [
  "request",
  "schema",
  "compiler",
  "maxRepairs",
  "signal",
  "caller",
] as const satisfies readonly (keyof InferJsonOptions)[];
/** Characters of a wrong answer that an error keeps. */
const KEPT_CHARS = 2_000;

/**
 * Asks a model for JSON of a given form, checks it, and gives it one chance to correct itself.
 * @throws `AnswerInvalidError` (`CAR_INFERENCE_ANSWER_INVALID`) when the last answer is wrong, `CAR_INFERENCE_FAILED`
 * when the model fails or refuses, `CAR_SCHEMA_INVALID` before anything is asked when the schema is none.
 */
export async function inferJson(model: Pick<Inference, "infer">, options: InferJsonOptions): Promise<JsonAnswer> {
  assertKnownOptions(options, OPTIONS, "inferJson");
  const { request, schema, compiler, maxRepairs } = options;
  const compiled = compiler.compile(schema);
  const { signal, caller } = options;
  const call = { ...(signal === undefined ? {} : { signal }), ...(caller === undefined ? {} : { caller }) };
  const read = (response: InferenceResponse): Reading<JsonValue> => readAnswer(response, compiled);
  const asked = { request: { ...request, response_format: schema }, call, read, maxRepairs };
  const { reading, response, usage, repairs } = await askRepairing(model, asked);
  if ("value" in reading) return { value: reading.value, response, usage, repairs };
  const text = response.text.slice(0, KEPT_CHARS);
  throw new AnswerInvalidError({ problems: reading.problems, text, model: response.model, usage });
}

function readAnswer(response: InferenceResponse, compiled: CompiledSchema): Reading<JsonValue> {
  const reading = readWhole(response);
  if ("problems" in reading) return reading;
  const problems = compiled.check(reading.value);
  if (problems.length === 0) return reading;
  return unwrapped(reading.value, compiled) ?? { problems: problems.map(({ path, message }) => ({ path, message })) };
}

/** JSON that was written down as text once more, where that is what fits. */
function unwrapped(value: JsonValue, compiled: CompiledSchema): Reading<JsonValue> | undefined {
  const inner = typeof value === "string" ? readJson(value) : undefined;
  return inner !== undefined && "value" in inner && compiled.check(inner.value).length === 0 ? inner : undefined;
}

/**
 * The JSON of an answer that is whole: what was cut may look whole and say something else.
 * @throws `CAR_INFERENCE_FAILED` (`refused`) when the answer was withheld.
 */
export function readWhole(response: InferenceResponse): Reading<JsonValue> {
  throwIfRefused(response);
  const { finish_reason: finish, text } = response;
  if (isWholeAnswer(finish)) return readJson(text);
  const cut =
    finishReasonOf(finish) === "length"
      ? "the answer was cut short by its token limit"
      : `the answer ended with \`${finish}\``;
  const reading = readJson(text);
  return { problems: [...("problems" in reading ? reading.problems : []), { path: "", message: cut }] };
}

/** @throws `CAR_INFERENCE_FAILED` (`refused`): asking again in other words would be shopping around. */
function throwIfRefused({ finish_reason: finish, model }: InferenceResponse): void {
  if (finishReasonOf(finish) !== "content_filter") return;
  throw new InferenceFailedError(`model \`${model}\` refused to answer`, { kind: "refused", model });
}
