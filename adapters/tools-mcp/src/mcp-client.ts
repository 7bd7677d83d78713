import type { JsonValue } from "@car/ir";

/** What a request may be told besides its parameters. */
export interface McpRequestOptions {
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly maxTotalTimeout?: number;
  readonly resetTimeoutOnProgress?: boolean;
  readonly onprogress?: (progress: McpProgress) => void;
}

/** How far a call is, as the server tells it. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/**
 * The part of an official client that is used here: a connected `Client` of `@modelcontextprotocol/client`, or of the older
 * `@modelcontextprotocol/sdk`. Requests go through `request`, not through `listTools` and `callTool`: those compile every output
 * schema, refuse results of a kind that they do not know, and let one odd tool hide a whole server.
 */
export interface McpClient {
  /** `undefined` while there is no connection. */
  readonly transport?: object | undefined;
  /** Sends a request and waits for its result, which `schema` is held against. */
  request(
    request: { readonly method: string; readonly params?: Record<string, unknown> },
    schema: object,
    options?: McpRequestOptions,
  ): Promise<unknown>;
}

/** A tool as its server lists it. Only the name is sure to be there. */
export interface McpTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** JSON Schema of some dialect. */
  readonly inputSchema?: JsonValue;
  readonly outputSchema?: JsonValue;
  readonly annotations?: McpToolAnnotations;
}

/** What a server says of a tool's nature. Hints: nobody vouches for them. */
export interface McpToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** A schema, to either client, that every result fits: what a server sends is read here, part by part. */
const ANY_RESULT = {
  "~standard": { version: 1, vendor: "car", validate: (value: unknown) => ({ value }) },
  safeParse: (data: unknown) => ({ success: true, data }),
};

/** The member of a result that holds what the server sent, where the client would not have taken it. */
export const UNREAD = "car/unread";

/** Sends a request, and gives whatever the server answered. */
export async function requestRaw(
  client: McpClient,
  request: { readonly method: string; readonly params: Record<string, unknown> },
  options: McpRequestOptions,
): Promise<unknown> {
  const result = await client.request(request, ANY_RESULT, options);
  const isUnread = typeof result === "object" && result !== null && UNREAD in result;
  return isUnread ? result[UNREAD] : result;
}
