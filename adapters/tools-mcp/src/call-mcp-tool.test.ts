import { ToolError } from "@car/ir";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it } from "vitest";
import { callMcpTool } from "./call-mcp-tool.js";
import { failureOf } from "./failure-of.js";
import { type Answers, connectedTo, contextWith, textResult } from "./testing/test-support.js";

const NEVER = new Promise<never>(() => undefined);

/** Calls `echo` of a server that answers so. */
async function callOf(call: NonNullable<Answers["call"]>, signal?: AbortSignal): Promise<unknown> {
  const { client } = await connectedTo({ call });
  return callMcpTool({ client, tool: "echo", timeoutMs: 500 }, { a: 1 }, contextWith(signal));
}

describe("a call that succeeds", () => {
  it("[TM-7] yields the structured content", async () => {
    const output = callOf(() => ({ ...textResult("three"), structuredContent: { sum: 3 } }));
    await expect(output).resolves.toEqual({ sum: 3 });
  });

  it("[TM-7] yields the text when there is nothing else", async () => {
    const two = ["one", "two"].map((text) => ({ type: "text", text }));
    await expect(callOf(() => ({ content: two }))).resolves.toBe("one\ntwo");
    await expect(callOf(() => ({ content: [] }))).resolves.toBe("");
  });

  it("[TM-7] yields the content blocks when one of them is not text", async () => {
    const content = [
      { type: "text", text: "a dot" },
      { type: "image", data: "AA==", mimeType: "image/png" },
    ];
    await expect(callOf(() => ({ content }))).resolves.toEqual(content);
  });

  it("[TM-13] [4.7] tells the server the trace and the idempotency key", async () => {
    const output = callOf(({ name, arguments: given, _meta }) => ({
      content: [],
      structuredContent: { name, given, _meta },
    }));
    const { traceparent, idempotencyKey } = contextWith();
    await expect(output).resolves.toEqual({
      name: "echo",
      given: { a: 1 },
      _meta: { traceparent, "car/idempotency-key": idempotencyKey, progressToken: expect.any(Number) },
    });
  });
});

describe("a call that the server answers with a failure", () => {
  it("[TM-8] [4.4] is terminal and carries the text of an error result", async () => {
    const failure = callOf(() => ({ ...textResult("no such file"), isError: true }));
    await expect(failure).rejects.toMatchObject({
      code: "CAR_TOOL_FAILED",
      class: "terminal",
      message: "no such file",
    });
  });

  it("[TM-8] [4.4] has the class that the server gives it, if that is one", async () => {
    const busy = { ...textResult("busy"), isError: true };
    await expect(callOf(() => ({ ...busy, class: "transient" }))).rejects.toMatchObject({ class: "transient" });
    const denied = callOf(() => ({ ...busy, structuredContent: { class: "denied" } }));
    await expect(denied).rejects.toMatchObject({ class: "denied" });
    await expect(callOf(() => ({ ...busy, class: "unheard_of" }))).rejects.toMatchObject({ class: "terminal" });
  });

  it("[TM-8] [4.4] cuts an error text that is too long to be read", async () => {
    const failure = callOf(() => ({ ...textResult("x".repeat(5_000)), isError: true }));
    await expect(failure).rejects.toSatisfy(
      ({ message }: Error) => message.length < 2_100 && message.startsWith("xxx"),
    );
  });

  it.each([
    [ErrorCode.MethodNotFound, "not_found"],
    [ErrorCode.InvalidParams, "invalid"],
    [ErrorCode.InternalError, "transient"],
    [ErrorCode.ConnectionClosed, "terminal"],
    [-32_050, "terminal"],
  ])("[TM-9] [4.4] gives an answered error %d the class %s", async (code, expected) => {
    const failure = callOf(() => {
      throw new McpError(code, "no");
    });
    await expect(failure).rejects.toMatchObject({ code: "CAR_TOOL_FAILED", class: expected });
  });

  it.each([
    [401, "denied"],
    [429, "transient"],
    [400, "terminal"],
    [502, "timeout"],
  ])("[TM-9] [4.4] gives an HTTP status %d the class %s", async (status, expected) => {
    const { client } = await connectedTo({});
    const error = Object.assign(new Error("HTTP"), { code: status });
    const failure = failureOf(error, { client, tool: "t", timeoutMs: 1 }, new AbortController().signal);
    expect(failure.class).toBe(expected);
  });
});

describe("a call of which nobody knows whether it had effect", () => {
  const UNKNOWN = { code: "CAR_TOOL_FAILED", class: "timeout", cause: { code: "CAR_MCP_FAILED" } };

  it("[TM-10] [4.5] times out when the server does not answer", async () => {
    const { client } = await connectedTo({ call: () => NEVER });
    const call = callMcpTool({ client, tool: "echo", timeoutMs: 50 }, {}, contextWith());
    await expect(call).rejects.toMatchObject({ ...UNKNOWN, message: "`echo`: no answer within 50 ms" });
  });

  it("[TM-10] [4.5] says so when the connection closes first", async () => {
    const { client, server } = await connectedTo({ call: () => NEVER });
    const call = callMcpTool({ client, tool: "echo", timeoutMs: 5_000 }, {}, contextWith());
    const expectation = expect(call).rejects.toMatchObject(UNKNOWN);
    await server.close();
    await expectation;
  });
});

describe("a call that is not made or not wanted any more", () => {
  it("[TM-11] [4.4] is transient when there is no connection", async () => {
    const { client } = await connectedTo({});
    await client.close();
    const call = callMcpTool({ client, tool: "echo", timeoutMs: 500 }, {}, contextWith());
    await expect(call).rejects.toMatchObject({ class: "transient", cause: { code: "CAR_MCP_FAILED" } });
  });

  it("[TM-12] [4.6] ends with the attempt's signal, at the server too", async () => {
    const attempt = new AbortController();
    let tell = (): void => undefined;
    const serverKnows = new Promise<void>((resolve) => (tell = resolve));
    const call = callOf((_params, signal) => {
      signal.addEventListener("abort", () => tell());
      attempt.abort(new Error("given up"));
      return NEVER;
    }, attempt.signal);
    await expect(call).rejects.toMatchObject({ class: "canceled" });
    await serverKnows;
  });

  it("[TM-12] [4.6] sends nothing when the signal has aborted already", async () => {
    let calls = 0;
    const call = callOf(() => {
      calls += 1;
      return textResult("done");
    }, AbortSignal.abort());
    await expect(call).rejects.toSatisfy((error) => error instanceof ToolError && error.class === "canceled");
    expect(calls).toBe(0);
  });
});
