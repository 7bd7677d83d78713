import { describe, expectTypeOf, it } from "vitest";
import {
  type Action,
  type ActionProposal,
  type JsonObject,
  type JsonValue,
  type ParseProposalOptions,
  parseProposal,
  parseToolSchema,
  type ProposalInput,
  type Reason,
  type Resolution,
  type ToolSchema,
  type ToolSchemaInput,
} from "./index.js";
import { parseConfig } from "./config/parse-config.js";
import { type Limits } from "./config/limits.js";
import type { Clock, EventLog, IdSource, PolicyEngine, StateStore } from "./ports/index.js";

describe("types", () => {
  it("[IR-40] a parsed proposal is complete", () => {
    expectTypeOf(parseProposal).returns.toEqualTypeOf<ActionProposal>();
    expectTypeOf<ActionProposal["id"]>().toEqualTypeOf<string>();
    expectTypeOf<ActionProposal["timestamp"]>().toEqualTypeOf<string>();
    expectTypeOf<ActionProposal["context"]>().toExtend<JsonObject>();
    expectTypeOf<Action["max_retries"]>().toEqualTypeOf<number>();
    expectTypeOf(parseToolSchema).returns.toEqualTypeOf<ToolSchema>();
    expectTypeOf(parseConfig<typeof Limits>).returns.toExtend<Limits>();
  });

  it("[IR-40] the type of an action decides which other fields it has", () => {
    expectTypeOf<Extract<Action, { type: "tool_call" }>["tool"]>().toEqualTypeOf<string>();
    expectTypeOf<Extract<Action, { type: "state_write" }>>().not.toHaveProperty("tool");
    expectTypeOf<Action["type"]>().toEqualTypeOf<"tool_call" | "state_write" | "state_read" | "assertion">();
    expectTypeOf<Action["failure_behavior"]>().toEqualTypeOf<"abort" | "retry" | "skip">();
  });

  it("[IR-40] input may leave defaults out, but nothing else", () => {
    expectTypeOf<{ actions: [{ id: "a"; type: "tool_call"; tool: "t" }] }>().toExtend<ProposalInput>();
    expectTypeOf<{ actions: [{ id: "a"; type: "tool_call" }] }>().not.toExtend<ProposalInput>();
    expectTypeOf<{ actions: [{ type: "tool_call"; tool: "t" }] }>().not.toExtend<ProposalInput>();
    expectTypeOf<{
      actions: [{ id: "a"; type: "state_write"; parameters: { key: "k" } }];
    }>().not.toExtend<ProposalInput>();
    expectTypeOf<{ actions: [{ id: "a"; type: "wait" }] }>().not.toExtend<ProposalInput>();
    expectTypeOf<{ name: "t" }>().toExtend<ToolSchemaInput>();
    // @ts-expect-error an unknown field
    const misspelled: ProposalInput = { actions: [{ id: "a", type: "tool_call", tool: "t", dependancies: [] }] };
    expectTypeOf(misspelled).toEqualTypeOf<ProposalInput>();
  });

  it("[IR-40] shared data cannot be changed", () => {
    const change = (proposal: ActionProposal, value: JsonObject): void => {
      // @ts-expect-error a proposal is read-only
      proposal.id = "other";
      // @ts-expect-error so is any JSON value
      value["key"] = 1;
    };
    expectTypeOf(change).returns.toBeVoid();
    expectTypeOf<readonly JsonValue[]>().toExtend<JsonValue>();
    expectTypeOf<undefined>().not.toExtend<JsonValue>();
    expectTypeOf<bigint>().not.toExtend<JsonValue>();
  });

  it("[IR-40] a resolution has a value or says why not, never both", () => {
    expectTypeOf<Extract<Resolution, { ok: true }>>().not.toHaveProperty("message");
    expectTypeOf<Extract<Resolution, { ok: false }>>().not.toHaveProperty("value");
    expectTypeOf<Reason["code"]>().not.toEqualTypeOf<string>();
  });

  it("[IR-40] ports are plain interfaces", () => {
    expectTypeOf<{ hex: (bytes: number) => string }>().toExtend<IdSource>();
    expectTypeOf<ParseProposalOptions["clock"]>().toEqualTypeOf<Clock | undefined>();
    expectTypeOf<EventLog["append"]>().returns.toEqualTypeOf<number>();
    expectTypeOf<StateStore["commit"]>().returns.toEqualTypeOf<number | Promise<number>>();
    expectTypeOf<PolicyEngine["version"]>().toEqualTypeOf<string>();
  });
});
