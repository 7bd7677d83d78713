import type { JsonValue } from "@car/ir";
import type { InferenceCall } from "@car/ir/ports";
import { canceled, failureOf, throwIfCanceled } from "../failure/failure-of.js";
import { serviceFailure } from "../failure/service-failure.js";
import { INFERENCE_LIMITS } from "../limits.js";
import type { HttpAnswer, HttpFetch } from "./http.js";
import { readBody } from "./read-body.js";

/** A model behind HTTP, whoever's API it is. */
export interface Endpoint {
  /** The model's id among ours. */
  readonly id: string;
  /** The API's base. */
  readonly url: string;
  readonly fetch: HttpFetch;
  readonly apiKey?: (() => string | undefined) | undefined;
  /** What a request carries besides its content type; the key, where there is one. */
  headersOf(key: string | undefined): Record<string, string>;
}

/** One request. */
export interface Post {
  readonly path: string;
  readonly body: Record<string, JsonValue>;
  readonly call: InferenceCall | undefined;
}

/**
 * Sends a request and gives the answer, whose body is not read yet.
 * @throws `CAR_INFERENCE_FAILED` when there is none, and for a status other than 2xx.
 */
export async function post(at: Endpoint, { path, body, call }: Post): Promise<HttpAnswer> {
  throwIfCanceled(at.id, call);
  const answer = await guarded(at, call, async () =>
    at.fetch(`${at.url.replace(/\/+$/, "")}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...at.headersOf(at.apiKey?.() || undefined) },
      body: JSON.stringify(body),
      ...(call?.signal === undefined ? {} : { signal: call.signal }),
    }),
  );
  if (call?.signal?.aborted === true) {
    void answer.body?.cancel().catch(() => undefined);
    throw canceled(at.id);
  }
  if (answer.ok) return answer;
  const { status, headers } = answer;
  const text = await guarded(at, call, () => beginningOf(answer, { model: at.id, call }));
  throw serviceFailure({ status, said: text, headers, model: at.id, secrets: secretsOf(at) });
}

/** An error's body says what it says in its beginning. */
async function beginningOf(answer: HttpAnswer, of: Parameters<typeof readBody>[1]): Promise<string> {
  let text = "";
  for await (const piece of readBody(answer, of)) {
    text += piece;
    if (text.length > 16 * INFERENCE_LIMITS.maxMessageChars) break;
  }
  return text;
}

/** Gives whatever `body` throws the form of this project, without the key. */
export async function guarded<T>(
  at: Endpoint,
  call: InferenceCall | undefined,
  body: () => Promise<T> | PromiseLike<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw failureOf(error, { model: at.id, call, secrets: secretsOf(at) });
  }
}

/** What must not be in an error's message. A key whose source fails is in none. */
export function secretsOf({ apiKey }: Endpoint): readonly string[] {
  try {
    // Without the space around it: headers are sent so, and servers repeat them so.
    const key = apiKey?.()?.trim();
    return key === undefined || key.length < 4 ? [] : [key];
  } catch {
    return [];
  }
}
