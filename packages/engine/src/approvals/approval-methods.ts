import { ConfigInvalidError, type ProposalResult } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { ApprovalDecision, ApprovalStore, Clock, StoredApprovalRequest } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { assertSignal } from "../run/signals.js";
import { planSubject } from "./subject.js";
import type { SuspendedRuns } from "./suspended-runs.js";

/** For whom and for how long a plan is approved. */
export interface ApprovePlanOptions {
  /** Whose plan. Default `"default"`. */
  readonly principal?: string;
  /** Who approved it, for the log. */
  readonly by?: string;
  readonly note?: string;
  /** Good for any number of runs; otherwise for one. */
  readonly sticky?: boolean;
  /** Milliseconds since the epoch. Default: `limits.approval_ttl_ms` from now. */
  readonly expires_at?: number;
}

/** What the host does about approvals. Never give it to a model. */
export interface Approvals {
  /** Requests that can still be answered, oldest first. */
  pending(): Promise<readonly StoredApprovalRequest[]>;
  /**
   * Answers a request; the first answer counts. Then `resume` the run.
   * @throws `ApprovalUnknownError` (as a rejection).
   */
  decide(id: string, decision: ApprovalDecision): Promise<StoredApprovalRequest>;
  /**
   * Approves a plan as it is written, by its `proposal_hash`: exactly that plan, under the tools and the policy of this
   * moment. An action whose parameters come from references still needs an approval of its own.
   */
  approvePlan(proposalHash: string, options?: ApprovePlanOptions): Promise<void>;
}

/** What a host may do about runs that wait. */
export interface ApprovalMethods {
  readonly approvals: Approvals;
  resume(runId: string, options?: { readonly signal?: AbortSignal }): Promise<ProposalResult>;
  suspended(): readonly string[];
}

interface ApprovalParts {
  readonly store: ApprovalStore | undefined;
  readonly clock: Clock;
  readonly config: () => ConfigSnapshot;
  readonly assertReady: () => void;
}

const HASH = /^[0-9a-f]{64}$/;

/** The methods of a runtime that are about approvals. */
export function approvalMethods(parts: ApprovalParts, suspended: SuspendedRuns): ApprovalMethods {
  const store = (): ApprovalStore => {
    if (parts.store === undefined) throw new ConfigInvalidError("the runtime has no approval store (`approvals`)");
    return parts.store;
  };
  return {
    approvals: {
      pending: async () => store().pending(parts.clock.now()),
      decide: async (id, decision) => {
        assertKnownOptions(decision, DECISION, "approvals.decide");
        return store().decide(id, decision, parts.clock.now());
      },
      approvePlan: async (hash, options = {}) => store().grant(grantOf(hash, options, parts)),
    },
    resume: async (runId, options = {}) => {
      parts.assertReady();
      assertKnownOptions(options, ["signal"], "resume");
      assertSignal(options.signal);
      return suspended.resume(runId, options.signal);
    },
    suspended: () => suspended.ids(),
  };
}

const DECISION = [
  "approved",
  "by",
  "note",
  "sticky",
  "expires_at",
] as const satisfies readonly (keyof ApprovalDecision)[];
const GRANT = [
  "principal",
  "by",
  "note",
  "sticky",
  "expires_at",
] as const satisfies readonly (keyof ApprovePlanOptions)[];

function grantOf(
  hash: string,
  options: ApprovePlanOptions,
  { clock, config }: ApprovalParts,
): Parameters<ApprovalStore["grant"]>[0] {
  assertKnownOptions(options, GRANT, "approvals.approvePlan");
  const { principal = "default", by, note, sticky = false, expires_at } = options;
  if (!HASH.test(hash)) throw new ConfigInvalidError("a plan is named by its `proposal_hash`, 64 hex characters");
  const current = config();
  return {
    subject: planSubject(hash, { principal, config: current }),
    expires_at: expires_at ?? clock.now() + current.limits.approval_ttl_ms,
    sticky,
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
  };
}
