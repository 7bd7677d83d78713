import {
  type ActionProposal,
  type AnswerProblem,
  parseProposal,
  type ParseProposalOptions,
  ProposalInvalidError,
} from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Inference, InferenceCall, InferenceRequest, InferenceResponse } from "@car/ir/ports";
import { readWhole } from "../structured/infer-json.js";
import { askRepairing, type Reading } from "../structured/repairing.js";
import { type ProposalTask, proposalMessages } from "./proposal-messages.js";
import { PROPOSAL_SCHEMA } from "./proposal-schema.js";

/** What a verification says. The reports of a runtime's `verify` and of `@car/validator` fit. */
export interface ProposalCheck {
  readonly valid: boolean;
  readonly issues: readonly {
    readonly action_id?: string;
    readonly severity: "error" | "warning" | "info";
    readonly code: string;
    readonly message: string;
  }[];
}

/** What is wanted of the model. */
export interface ProposeOptions extends ProposalTask, InferenceCall {
  /** Judges the parsed proposal, for example `(proposal) => runtime.verify(proposal)`. */
  readonly verify: (proposal: ActionProposal) => ProposalCheck | Promise<ProposalCheck>;
  /** The model's id, where there are several. */
  readonly model?: string;
  readonly params?: InferenceRequest["params"];
  /** Rounds in which the model is told what is wrong. Default 1, at most 3. */
  readonly maxRepairs?: number;
  readonly parse?: ParseProposalOptions;
}

/** A proposal that was verified, or why the last one is not usable, in words that a model can act on. */
export type ProposeResult = ProposeFacts &
  (
    | { readonly ok: true; readonly proposal: ActionProposal; readonly issues: ProposalCheck["issues"] }
    | { readonly ok: false; readonly problems: readonly AnswerProblem[]; readonly text: string }
  );

interface ProposeFacts {
  readonly model: string;
  /** Of all rounds. */
  readonly usage: InferenceResponse["usage"];
  readonly repairs: number;
}

interface Verified {
  readonly proposal: ActionProposal;
  readonly issues: ProposalCheck["issues"];
}

const OPTIONS = [
  "goal",
  "tools",
  "context",
  "verify",
  "model",
  "params",
  "maxRepairs",
  "parse",
  "signal",
  "caller",
] as const satisfies readonly (keyof ProposeOptions)[];
/** Characters of a wrong answer that are given back. */
const KEPT_CHARS = 2_000;

/**
 * Asks a model for a proposal. Nothing is run.
 * @throws `CAR_INFERENCE_FAILED` when the model fails or refuses, and whatever `verify` throws.
 */
export async function proposeWith(model: Pick<Inference, "infer">, options: ProposeOptions): Promise<ProposeResult> {
  assertKnownOptions(options, OPTIONS, "proposeWith");
  const { params, signal, caller, maxRepairs } = options;
  const request: InferenceRequest = {
    messages: proposalMessages(options),
    response_format: PROPOSAL_SCHEMA,
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(params === undefined ? {} : { params }),
  };
  const call = { ...(signal === undefined ? {} : { signal }), ...(caller === undefined ? {} : { caller }) };
  const read = (response: InferenceResponse): Promise<Reading<Verified>> => readProposal(response, options);
  const { reading, response, usage, repairs } = await askRepairing(model, { request, call, read, maxRepairs });
  const facts = { model: response.model, usage, repairs };
  if ("value" in reading) return { ok: true, ...reading.value, ...facts };
  return { ok: false, problems: reading.problems, text: response.text.slice(0, KEPT_CHARS), ...facts };
}

async function readProposal(response: InferenceResponse, options: ProposeOptions): Promise<Reading<Verified>> {
  const json = readWhole(response);
  if ("problems" in json) return json;
  let proposal: ActionProposal;
  try {
    proposal = parseProposal(json.value, options.parse);
  } catch (error) {
    if (!(error instanceof ProposalInvalidError)) throw error;
    return {
      problems: error.problems.map(({ path, message, did_you_mean: meant }) => {
        return { path, message: meant === undefined ? message : `${message}, did you mean \`${meant}\`?` };
      }),
    };
  }
  const { valid, issues } = await options.verify(proposal);
  if (valid) return { value: { proposal, issues } };
  const errors = issues.filter(({ severity }) => severity === "error");
  const problems = errors.map(({ action_id: id, code, message }) => {
    return { path: id === undefined ? "" : `action \`${id}\``, message: `${code}: ${message}` };
  });
  return { problems: problems.length > 0 ? problems : [{ path: "", message: "the proposal is not valid" }] };
}
