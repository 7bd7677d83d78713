import type { ToolSchema } from "@car/ir";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { executeWithReplan } from "../replan/execute-with-replan.js";
import type { ReplanServices } from "../replan/replan-services.js";
import { startRun } from "../run/start-run.js";
import type { SessionHost } from "./session.js";
import type { SessionState } from "./session-state.js";

/** What of a runtime serves its sessions. */
export interface SessionHostParts<Report> extends ReplanServices {
  /** A new id, 12 hex characters. */
  readonly ids: () => string;
  readonly config: () => ConfigSnapshot;
  readonly verify: (
    proposal: unknown,
    as: { readonly config: ConfigSnapshot; readonly principal: string; readonly session: SessionState },
  ) => Promise<Report>;
  readonly tools: () => readonly ToolSchema[];
}

/** A runtime, as its sessions use it. */
export function sessionHost<Report>(parts: SessionHostParts<Report>): SessionHost<Report> {
  const { starter } = parts;
  return {
    ids: parts.ids,
    assertOpen: parts.assertReady,
    execute: (input, session, { signal, executor } = {}) => {
      parts.assertReady();
      return startRun(starter, { input, principal: session.principal, signal, executor, session });
    },
    executeWithReplan: (input, session, options) =>
      executeWithReplan(parts, input, { ...options, principal: session.principal, session }),
    verify: (proposal, session) =>
      parts.verify(proposal, { config: parts.config(), principal: session.principal, session }),
    tools: parts.tools,
  };
}
