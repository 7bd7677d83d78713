import { contentHash, type JsonObject } from "@car/ir";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { coverOf } from "./approval-note.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import type { Decision } from "@car/ir/ports";
import type { GateRun, GateSlot } from "../gates/gate.js";

/** What an approval of one call covers, the reasons for asking included: when any of this changes, it covers the call no more. */
export function subjectOf(run: GateRun, { action, tool, parameters }: GateSlot, wish: Decision): string {
  return contentHash({
    tool: action.type === "tool_call" ? action.tool : action.type,
    tool_schema: tool?.schemaHash ?? null,
    parameters,
    principal: run.principal,
    policy: run.config.policy?.version ?? null,
    reasons: coverOf(wish),
  });
}

/** Names the request of one action of one run for one subject. */
export function requestId({ scope }: GateRun, { action, errand }: GateSlot, subject: string): string {
  return contentHash({ run: scope.run_id, action: action.id, undoes: errand !== undefined, subject }).slice(
    0,
    ID_LENGTH,
  );
}

const ID_LENGTH = 32;

/** Of whom, and under which rules, a plan is approved. */
export interface PlanOwner {
  readonly principal: string;
  readonly config: Pick<ConfigSnapshot, "tools" | "policy">;
}

/** What an approval of a plan as written covers: the proposal, who it is for, and every rule and tool that there is. */
export function planSubject(proposalHash: string, { principal, config }: PlanOwner): string {
  const policy = config.policy?.version ?? null;
  return contentHash({ plan: proposalHash, principal, policy, tools: toolsHash(config.tools) });
}

const hashes = new WeakMap<ConfigSnapshot["tools"], string>();

function toolsHash(tools: ReadonlyMap<string, RegisteredTool>): string {
  let hash = hashes.get(tools);
  if (hash === undefined) {
    const schemas: JsonObject = Object.fromEntries([...tools].map(([name, tool]) => [name, tool.schemaHash]));
    hashes.set(tools, (hash = contentHash(schemas)));
  }
  return hash;
}
