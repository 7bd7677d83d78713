import type { ActionProposal, Reason } from "@car/ir";
import { orderFreeDenials } from "@car/ir/internal";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { Host, RunRequest } from "../run/host.js";
import { RunState } from "../run/run-state.js";

/** A proposal without a plan, and under what it was to have one. */
export interface Unplanned {
  readonly proposal: ActionProposal;
  readonly config: ConfigSnapshot;
  readonly startedAt: number;
}

const NO_RUN = "0".repeat(32);

/** What the policy has against a proposal that is refused because it has no plan, as far as that can be told without one. */
export function deniedUnplanned(
  { store }: Pick<Host, "store">,
  { principal, session }: RunRequest,
  { proposal, config, startedAt: now }: Unplanned,
): readonly Reason[] {
  const { id: proposal_id, actions } = proposal;
  const { policy, limits, tools } = config;
  if (policy === undefined || actions.length > limits.max_actions) return [];
  const state = new RunState(store);
  const about = { principal, now, run_id: NO_RUN, proposal_id };
  const tool = (index: number) => {
    const action = actions[index]!;
    return action.type === "tool_call" ? tools.get(action.tool)?.schema : undefined;
  };
  const denials = orderFreeDenials({ actions, policy, state, history: session?.history, about, tool });
  state.release();
  return denials;
}
