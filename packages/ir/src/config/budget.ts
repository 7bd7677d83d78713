import * as z from "zod";

/** A record of zod's leaves a member `__proto__` out without a word; a limit that is not kept must not be accepted. */
const Counters = z
  .custom<Readonly<Record<string, number>>>(
    (value) => typeof value !== "object" || value === null || !Object.hasOwn(value, "__proto__"),
    { error: "a counter must not be called `__proto__`" },
  )
  .pipe(z.record(z.string(), z.number().nonnegative()));

/** Hard limits of spending. An absent limit is no limit. Counts are never overshot. */
export const Budget = z.strictObject({
  max_tool_calls: z.int().nonnegative().optional(),
  max_actions: z.int().nonnegative().optional(),
  /** Wall time, in milliseconds: stops new starts and signals what is in flight. */
  max_duration_ms: z.number().nonnegative().optional(),
  /** Counters the host names, such as `tokens` or `usd`; tools reserve and report them. */
  counters: Counters.optional(),
  /** What happens to the run when a limit is reached. Default: roll back when a skipped action may abort. */
  on_exceeded: z.enum(["rollback", "commit"]).optional(),
  /**
   * `call`: each execution has its own budget. `session`: all executions of one principal share one, for as long as the
   * runtime remembers it (`limits.max_session_budgets`).
   */
  scope: z.enum(["call", "session"]).default("call"),
});
export type Budget = Readonly<z.infer<typeof Budget>>;

/** A budget as a host writes it. */
export type BudgetInput = z.input<typeof Budget>;
