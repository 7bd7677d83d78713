import {
  ConfigInvalidError,
  DEFAULT_LIMITS,
  type JsonValue,
  type LabelSet,
  type ProposalResult,
  type SessionOpenedData,
  type SessionToldData,
  type ToolSchema,
} from "@car/ir";
import { assertKnownOptions, copyJson, labelSet, wellFormed } from "@car/ir/internal";
import type { ReplanOptions, ReplanResult } from "../replan/replan-options.js";
import { assertPrincipal } from "../run/principal.js";
import type { ExecuteOptions } from "../runtime.js";
import { SessionState } from "./session-state.js";
import { MAX_SAID } from "../provenance/user-words.js";

/** Who a session is for, and what was asked. */
export interface SessionOptions {
  /** On whose behalf everything in it is done. Default `"default"`. */
  readonly principal?: string;
  /** What the user said, in their own words: the one text that is trusted for what it says. Never pass on other text. */
  readonly request?: string;
}

const SESSION_OPTIONS = ["principal", "request"] as const satisfies readonly (keyof SessionOptions)[];

/** What one execution in a session may be given. */
export type SessionExecuteOptions = Pick<ExecuteOptions, "signal" | "executor">;

/**
 * The runs and turns of one principal that share labels and history. What its results show to the model labels what
 * the model proposes next.
 */
export interface Session<Report = unknown> {
  /** 12 hex characters, in the log beside each of its runs. */
  readonly id: string;
  readonly principal: string;
  /** Labels of everything that the model has been shown so far. */
  readonly labels: LabelSet;
  /**
   * Further words of the user, trusted as `request` is. They are in the log.
   * @throws `ConfigInvalidError`, and what the log throws: words that are not in it do not count.
   */
  say(text: string): void;
  /**
   * Tells of something that the model is shown and that is no result of this session: a page, a memory, another
   * conversation. Without labels it counts as trusted data. It is in the log.
   * @throws `JsonInvalidError`, `ConfigInvalidError`, and what the log throws.
   */
  show(shown: JsonValue, labels?: readonly string[]): void;
  /** As `Runtime.execute`, in this session. */
  execute(proposal: unknown, options?: SessionExecuteOptions): Promise<ProposalResult>;
  /** As `Runtime.executeWithReplan`, in this session. */
  executeWithReplan(proposal: unknown, options: ReplanOptions & SessionExecuteOptions): Promise<ReplanResult>;
  /** As `Runtime.verify`, in this session. */
  verify(proposal: unknown): Promise<Report>;
  /** As `Runtime.tools`. */
  tools(): readonly ToolSchema[];
}

/** What a session asks of its runtime. */
export interface SessionHost<Report> {
  readonly ids: () => string;
  readonly assertOpen: () => void;
  /** Record what was asked, said or shown, and give the sequence of the event. Throw what the log throws. */
  readonly opened: (data: SessionOpenedData) => number;
  readonly told: (data: SessionToldData) => number;
  readonly execute: (input: unknown, session: SessionState, options?: SessionExecuteOptions) => Promise<ProposalResult>;
  readonly executeWithReplan: (
    input: unknown,
    session: SessionState,
    options: ReplanOptions & SessionExecuteOptions,
  ) => Promise<ReplanResult>;
  readonly verify: (proposal: unknown, session: SessionState) => Promise<Report>;
  readonly tools: () => readonly ToolSchema[];
}

/**
 * Opens a session.
 * @throws `ConfigInvalidError`, and what the log throws.
 */
export function openSession<Report>(options: SessionOptions = {}, host: SessionHost<Report>): Session<Report> {
  host.assertOpen();
  assertKnownOptions(options, SESSION_OPTIONS, "session");
  const { principal = "default" } = options;
  assertPrincipal(principal);
  const request = options.request === undefined ? undefined : wordsOf(options.request);
  const state = new SessionState(host.ids(), principal);
  const { id } = state;
  state.noteTold(host.opened({ session_id: id, principal, ...(request === undefined ? {} : { request }) }));
  if (request !== undefined) state.texts.say(request);
  return {
    id,
    principal,
    get labels() {
      return state.context;
    },
    say(text) {
      const said = wordsOf(text);
      state.noteTold(host.told({ session_id: id, said }));
      state.texts.say(said);
    },
    show(shown, labels = []) {
      const output = copyJson(shown, { maxDepth: DEFAULT_LIMITS.max_depth, maxBytes: DEFAULT_LIMITS.max_output_bytes });
      const set = labelsOf(labels);
      state.noteTold(host.told({ session_id: id, shown: output, labels: set }));
      state.showContext(output, set);
    },
    execute: async (proposal, options) => host.execute(proposal, state, options),
    executeWithReplan: async (proposal, options) => host.executeWithReplan(proposal, state, options),
    verify: async (proposal) => host.verify(proposal, state),
    tools: () => host.tools(),
  };
}

/** Words of the user as they are recorded and looked at: no more of them than can count. */
function wordsOf(text: unknown): string {
  if (typeof text !== "string") throw new ConfigInvalidError("what the user said is a text");
  return wellFormed(text.slice(0, MAX_SAID));
}

function labelsOf(labels: readonly string[]): LabelSet {
  if (labels.every((label) => typeof label === "string" && label !== "")) return labelSet(labels);
  throw new ConfigInvalidError("a label is a text that is not empty");
}
