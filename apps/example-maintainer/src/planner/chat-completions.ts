import * as z from "zod";
import { PlannerFailedError } from "./planner.js";

/** An OpenAI-compatible endpoint: the base URL up to and with `/v1`, its key, and a model's name. */
export interface ChatEndpoint {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
}

/** A message of a conversation, in the API's own shape. */
export type ChatMessage = Readonly<Record<string, unknown>>;

/** The API's answer, as far as it is used. */
const Completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.looseObject({
          content: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                type: z.literal("function"),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
});

/** What a model said: an assistant message, perhaps with tool calls. */
export type ChatAnswer = z.infer<typeof Completion>["choices"][number]["message"];

/** Models that think longer are given up. */
const TIMEOUT_MS = 120_000;

/** Sends a conversation and returns the model's next message. Throws `PlannerFailedError`. */
export async function completeChat(
  { baseUrl, apiKey, model }: ChatEndpoint,
  messages: readonly ChatMessage[],
  tools: readonly unknown[],
): Promise<ChatAnswer> {
  const url = `${baseUrl.replace(/\/+$/, "")}/chat/completions`;
  const request = {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ model, messages, tools }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const answer = Completion.safeParse(await fetchJson(url, request));
  const message = answer.data?.choices[0]?.message;
  if (message === undefined) throw new PlannerFailedError(`${url} answered something that is no chat completion`);
  return message;
}

async function fetchJson(url: string, request: RequestInit): Promise<unknown> {
  try {
    const response = await fetch(url, request);
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new PlannerFailedError(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  } catch (error) {
    if (error instanceof PlannerFailedError) throw error;
    throw new PlannerFailedError(`${url}: ${(error as Error).message}`, { cause: error });
  }
}
