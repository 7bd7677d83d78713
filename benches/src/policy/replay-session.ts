import { createRuntime, type Runtime, type Session } from "@car/engine";
import { type JsonValue, ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { rulePolicy } from "@car/policy";
import type { DataRule } from "@car/policy/document";
import type { RecordedCall, Suite } from "./corpus.js";

/** What became of one call. */
export type Fate = "ran" | "ran_approved" | "approval_denied" | "denied" | "invalid";

/** A session in which recorded calls are proposed one by one, and answered as they were. */
export interface ReplaySession {
  readonly session: Session;
  /** Proposes a call. `approve`: what the approver says if asked. */
  propose(call: RecordedCall, options: { readonly approve: boolean; readonly output?: JsonValue }): Promise<Fate>;
  close(): Promise<void>;
}

/** A policy as a suite is replayed under it. */
export interface SuitePolicy {
  readonly untrusted: ReadonlySet<string>;
  readonly rules: readonly DataRule[];
}

/** Opens a session for a user's request. */
export function openReplay(suite: Suite, policy: SuitePolicy, request: string | undefined): ReplaySession {
  let answer: () => JsonValue = () => null;
  let approves = false;
  let asked = 0;
  const runtime: Runtime = createRuntime({
    tools: suite.tools.map((tool) => toolOf(tool, policy.untrusted)),
    policy: rulePolicy(policy.rules),
    executor: () => answer(),
    approver: () => {
      asked++;
      return Promise.resolve(approves);
    },
  });
  const session = runtime.session({ principal: "user", ...(request !== undefined && { request }) });
  let step = 0;
  return {
    session,
    async propose(call, { approve, output }) {
      answer = () => {
        if (!call.ok) throw new ToolError(call.error ?? "failed", { class: "terminal" });
        return output ?? outputOf(call);
      };
      approves = approve;
      asked = 0;
      const action = { id: `a${step++}`, type: "tool_call" as const, tool: call.tool, parameters: call.parameters };
      const result = await session.execute({ actions: [action] });
      const code = result.results[0]?.reason?.code;
      if (code === "policy_denied") return "denied";
      if (code === "approval_denied" || code === "approval_required") return "approval_denied";
      if (code !== undefined && code !== "failed") return "invalid";
      return asked > 0 ? "ran_approved" : "ran";
    },
    close: () => runtime.close(),
  };
}

/** What a tool answered; most of them put JSON out as text. */
export function outputOf({ output }: RecordedCall): JsonValue {
  if (output === null) return null;
  try {
    return JSON.parse(output) as JsonValue;
  } catch {
    return output;
  }
}

function toolOf({ name, description, parameters }: Suite["tools"][number], untrusted: ReadonlySet<string>): Tool {
  return {
    schema: {
      name,
      description,
      parameters,
      reversibility: "reversible",
      ...(untrusted.has(name) && { source_label: "untrusted" }),
    },
  };
}
