import { assertKnownOptions } from "@car/ir/internal";
import type { ConfigHolder } from "../config/config-holder.js";
import { toolSchemas } from "../config/config-snapshot.js";
import type { RuntimeParts } from "../runtime-parts.js";
import { executeWithReplan } from "../replan/execute-with-replan.js";
import type { ReplanServices } from "../replan/replan-services.js";
import { REPLAN_OPTIONS } from "../replan/replan-options.js";
import { assertSignal } from "../run/signals.js";
import { startRun } from "../run/start-run.js";
import type { SessionHost } from "./session.js";

/** A runtime, as its sessions use it. */
export function sessionHost<Report>(
  services: ReplanServices,
  { verify, names }: Pick<RuntimeParts<Report>, "verify" | "names">,
  holder: Pick<ConfigHolder, "current">,
): SessionHost<Report> {
  const { host, assertReady } = services;
  return {
    ids: () => names.proposalId(),
    assertOpen: assertReady,
    opened: (data) => host.recorder.recordOutside("session_opened", host.clock.now(), data),
    told: (data) => host.recorder.recordOutside("session_told", host.clock.now(), data),
    execute: (input, session, options = {}) => {
      assertReady();
      assertKnownOptions(options, ["signal", "executor"], "execute");
      const { signal, executor } = options;
      assertSignal(signal);
      return startRun(host, input, { principal: session.principal, signal, executor, session });
    },
    executeWithReplan: (input, session, options) => {
      assertKnownOptions(options, ["signal", "executor", ...REPLAN_OPTIONS], "executeWithReplan");
      assertSignal(options.signal);
      return executeWithReplan(services, input, { ...options, principal: session.principal, session });
    },
    verify: (proposal, session) => verify(proposal, { config: holder.current, principal: session.principal, session }),
    tools: () => toolSchemas(holder.current),
  };
}
