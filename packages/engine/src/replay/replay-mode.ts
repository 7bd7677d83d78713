import { type LoggedConfig, payloadOf } from "@car/ir";
import { labelSet } from "@car/ir/internal";
import type { PolicyEngine } from "@car/ir/ports";
import { endorsedLabels } from "../flow/output-labels.js";
import { askedPolicy } from "./asked-policy.js";
import type { FollowedRun } from "./followed-run.js";
import type { Needs } from "./past.js";
import { ownPolicy } from "./own-policy.js";
import type { Questions } from "./questions.js";
import { recordedPolicy } from "./scripted-policy.js";
import type { SecondRunInit } from "./second-run.js";

/** Who decides in second executions, and who is asked. */
export interface ReplayMode {
  readonly policy: PolicyEngine | undefined;
  readonly mode: "decides" | "asked";
  readonly questions: Questions;
  readonly logged: LoggedConfig;
}

/** What of that which came before a run matters: its session, and the call that began it. */
export function needsOf(policy: PolicyEngine | undefined, logged: LoggedConfig | undefined): Needs {
  if (policy === undefined) return { flow: logged?.follows_data === true, history: false };
  return { flow: policy.supports.flow === true, history: policy.supports.history === true };
}

/** Whether anything of it does. */
export function needsPast(policy: PolicyEngine | undefined, logged: LoggedConfig | undefined): boolean {
  const { flow, history } = needsOf(policy, logged);
  return flow || history;
}

/** How a run is decided about, and what of it can be compared. */
export function secondRunInit(
  followed: FollowedRun,
  { policy, mode, questions, logged }: ReplayMode,
): Pick<SecondRunInit, "policyOf" | "compared"> {
  const { policy_version: version } = payloadOf(followed.received);
  const hadPolicy = typeof version === "string";
  const compared = { flow: labelsAlike(policy, logged), policy: hadPolicy || mode === "decides" };
  return {
    compared,
    policyOf(parts) {
      if (policy !== undefined && mode === "asked") {
        return askedPolicy(parts, { version: hadPolicy ? version : policy.version, own: policy, questions });
      }
      if (!hadPolicy) return undefined;
      return policy === undefined ? recordedPolicy(parts, version) : ownPolicy(parts, version, policy);
    },
  };
}

/** Whether the same labels come of the same run under a policy as came under the recorded one. */
function labelsAlike(policy: PolicyEngine | undefined, { follows_data, labels = {}, tools }: LoggedConfig): boolean {
  if (policy === undefined) return true;
  if ((policy.supports.flow === true) !== (follows_data === true)) return false;
  if (follows_data !== true) return true;
  return tools.every(({ name }) => {
    const recorded = labelSet((Object.hasOwn(labels, name) && labels[name]!.endorsed) || []);
    return String(recorded) === String(endorsedLabels(policy, name));
  });
}
