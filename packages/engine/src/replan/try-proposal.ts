import { type ActionProposal, proposalHash, type ProposalResult, type Reason, type ReplacedRun } from "@car/ir";
import { isParsedProposal } from "@car/ir/internal";
import { parseInput } from "../run/parse-input.js";
import { refuseEarly } from "../run/refuse.js";
import { startRun } from "../run/start-run.js";
import { boundedWait, errorOf } from "../time/bounded-wait.js";
import type { Chain } from "./replan-services.js";

/** What became of a proposal: it was tried, or it is the same as one that has failed. */
export type Tried = { readonly result: ProposalResult } | { readonly repeatedHash: string };

/**
 * Tries a proposal and adds it to the chain, unless the chain has tried the same before.
 * @throws as `execute` rejects, and what verification throws.
 */
export async function tryProposal(chain: Chain, input: unknown, replaces?: ReplacedRun): Promise<Tried> {
  const proposal = parsedOf(chain, input);
  const hash = proposal === undefined ? "" : proposalHash(proposal);
  const isRepeated = hash !== "" && chain.tries.some(({ result }) => result.proposal_hash === hash);
  if (isRepeated) return { repeatedHash: hash };
  const problems = proposal === undefined ? [] : await problemsFound(chain, proposal);
  const result =
    proposal !== undefined && problems.length > 0
      ? await refuseVerified(chain, { proposal, reasons: problems, replaces })
      : await run(chain, proposal ?? input, replaces);
  chain.tries.push({ proposal, result });
  return { result };
}

/** Input that cannot be parsed is left to `execute`, which refuses and logs it. */
function parsedOf({ services: { host } }: Chain, input: unknown): ActionProposal | undefined {
  if (isParsedProposal(input)) return input;
  const parsed = parseInput(input, host, host.config());
  return "named" in parsed ? undefined : parsed;
}

/** A verification that hangs stops the proposal: what could not be verified does not run. */
async function problemsFound({ services, options }: Chain, proposal: ActionProposal): Promise<readonly Reason[]> {
  if (options.verifyFirst !== true) return [];
  const { replan_timeout_ms: timeoutMs } = services.host.config().limits;
  const end = await boundedWait(() => services.problemsOf(proposal, options), {
    timers: services.host.timers,
    timeoutMs,
    signals: [options.signal, services.closing],
  });
  switch (end.kind) {
    case "value":
      return end.value;
    case "error":
      throw errorOf(end.error);
    case "timeout":
      return [{ code: "timeout", message: `the verification did not end within ${timeoutMs} ms` }];
    case "aborted":
      // The run that follows is refused for the same reason, and the log says so.
      return [];
  }
}

interface Refused {
  readonly proposal: ActionProposal;
  readonly reasons: readonly Reason[];
  readonly replaces: ReplacedRun | undefined;
}

/** A refusal like any other: the proposal is in the log, whole, with what is wrong with it. */
async function refuseVerified({ services, options }: Chain, refused: Refused): Promise<ProposalResult> {
  services.assertReady();
  const { host } = services;
  const { principal } = options;
  const scope = host.names.next(refused.proposal, { principal });
  const rest = { scope, principal, config: host.config(), startedAt: host.clock.now() };
  const result = await refuseEarly(host, { ...refused, ...rest });
  host.onClosed(result);
  return result;
}

function run({ services, options }: Chain, input: unknown, replaces: ReplacedRun | undefined): Promise<ProposalResult> {
  services.assertReady();
  const { principal, signal, executor, session } = options;
  return startRun(services.host, input, { principal, signal, executor, replaces, session });
}
