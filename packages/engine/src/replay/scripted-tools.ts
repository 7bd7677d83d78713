import { type CarEvent, type EventKind, type EventOf, payloadOf } from "@car/ir";
import type { Probe, ProbeAnswer } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import type { Semaphore } from "../limits/semaphore.js";
import { readerOf } from "../image/read-image.js";
import type { TokenBucket } from "../limits/token-bucket.js";
import type { Plan } from "../plan/plan.js";
import { reasonCodeOf } from "./reason-of.js";
import type { ReplayParts } from "./replay-parts.js";
import type { Script } from "./script.js";
import { scriptedCache } from "./scripted-answers.js";
import { fire } from "./scripted-timers.js";

/**
 * A plan whose every action has its tool for itself: what tools share with other runs (places, tokens, cached results,
 * being revoked) happens to it when the recording says so.
 */
export function scriptedPlan(plan: Plan, parts: ReplayParts): Plan {
  const queues = new Map<RegisteredTool, Set<string>>();
  const tools = plan.tools.map((tool, index) => {
    // What stands by to undo another action is called as a compensation, or not at all.
    if (tool === undefined || plan.graph.unscheduled.has(index)) return tool;
    let queue = queues.get(tool);
    if (queue === undefined) queues.set(tool, (queue = new Set()));
    return scriptedTool(tool, { id: plan.actions[index]!.id, queue, parts });
  });
  return { ...plan, tools };
}

/** Tell that something beside the plan was called, or was to be. */
const ERRANDS: ReadonlySet<EventKind> = new Set<EventKind>([
  "compensation_started",
  "compensation_failed",
  "image_read",
]);

/** The tools of a configuration as calls beside the plan find them. Compensations are made one after the other, so whoever asks is next. */
export function scriptedUndoTools(tools: ConfigSnapshot["tools"], parts: ReplayParts): ConfigSnapshot["tools"] {
  const { script } = parts;
  if (!script.events.some(({ kind }) => ERRANDS.has(kind))) return tools;
  const scripted = [...tools].map(([name, tool]) => {
    const undo = Object.create(tool, {
      schemaHash: { get: () => tool.schemaHash },
      revoked: { get: () => reasonCodeOf(script.next()) === "revoked" },
      bucket: {
        value: tool.bucket && scriptedBucket(tool.bucket, () => readerWaits(name, parts) ?? undoWaits(parts), parts),
      },
    }) as RegisteredTool;
    return [name, undo] as const;
  });
  return new Map(scripted);
}

interface ScriptedUse {
  readonly id: string;
  /** Actions of the run that wait for a place of this tool. */
  readonly queue: Set<string>;
  readonly parts: ReplayParts;
}

function scriptedTool(tool: RegisteredTool, { id, queue, parts }: ScriptedUse): RegisteredTool {
  const { script } = parts;
  const reserve = {};
  parts.reserves.set(reserve, id);
  return Object.create(tool, {
    schemaHash: { get: () => tool.schemaHash },
    reserve: { value: reserve },
    revoked: { get: () => reasonCodeOf(script.ahead(id)[0]) === "revoked" },
    places: { value: tool.places && scriptedPlaces(id, queue, parts) },
    bucket: {
      value: tool.bucket && scriptedBucket(tool.bucket, () => (callWaits(script, id) ? id : undefined), parts),
    },
    cache: { value: tool.cache && scriptedCache(id, parts) },
    probe: { get: () => scriptedProbe(id, parts) },
  }) as RegisteredTool;
}

/** A probe that answers what it answered, when that comes next; none where none was asked. */
function scriptedProbe(id: string, { script, waits }: ReplayParts): Probe | undefined {
  const isProbe = (event: CarEvent): event is EventOf<"action_probed"> => event.kind === "action_probed";
  if (!script.ahead(id).some(isProbe)) return undefined;
  return () =>
    waits.promise(id, (): ProbeAnswer => {
      const { answer, output = null } = payloadOf(script.ahead(id).find(isProbe)!);
      if (answer === "unknown") return undefined;
      return answer === "happened" ? { happened: true, output } : { happened: false };
    });
}

/** There is a place at once, but for those who waited: they said so, or never came to a gate. */
function scriptedPlaces(id: string, queue: Set<string>, { script, waits, timers }: ReplayParts): Semaphore {
  let hasWaited = false;
  return {
    tryAcquire() {
      const [ahead] = script.ahead(id);
      if (ahead?.kind === "rate_limited") return hasWaited && script.isNext(id);
      // Who ended before a gate was asked had no place until then.
      return ahead?.kind !== "action_skipped" && ahead?.kind !== "action_failed";
    },
    release() {
      // Whoever has no place in the recording yet comes back into the queue, as if another run had been faster.
      for (const waiting of [...queue]) waits.take(waiting)?.go();
    },
    whenFree(onFree) {
      hasWaited = true;
      queue.add(id);
      const go = (): void => {
        queue.delete(id);
        onFree();
        // A place that the one who was told of it may not take yet is offered to the next.
        for (const waiting of [...queue]) {
          if (!script.isNext(id) || script.next()?.kind !== "rate_limited") break;
          waits.take(waiting)?.go();
        }
      };
      // Whoever waits for a place sets the timer that bounds the wait right after this.
      waits.set(id, { go, giveUp: () => void fire(timers.newest()) });
      return () => {
        queue.delete(id);
        waits.take(id);
      };
    },
  };
}

/** A limit that makes the call wait of which `waitingFor` gives the action. */
function scriptedBucket(
  { maxCalls, intervalMs }: TokenBucket,
  waitingFor: () => string | undefined,
  { waits }: ReplayParts,
): TokenBucket {
  return {
    maxCalls,
    intervalMs,
    take() {
      const id = waitingFor();
      return id === undefined ? undefined : { granted: waits.promise(id, () => undefined), cancel: () => undefined };
    },
  };
}

/** Whether a planned call waits for a token before its next attempt. A wait that the run gave up may be told after its end. */
function callWaits(script: Script, id: string): boolean {
  const next = script.ahead(id).find(({ kind }) => kind === "rate_limited" || kind === "action_executing");
  return next?.kind === "rate_limited";
}

/** The action whose reader waits for a token now. */
function readerWaits(tool: string, { script, slots, waits }: ReplayParts): string | undefined {
  const isWaiting = (id: string): boolean => {
    const [next] = script.ahead(id);
    return next?.kind === "rate_limited" && payloadOf(next).tool === tool && !waits.has(id);
  };
  return [...slots()].find((slot) => readerOf(slot)?.tool === tool && isWaiting(slot.action.id))?.action.id;
}

/** The action whose compensation waits for a token before its next attempt, if the one that is being undone does. */
function undoWaits({ script, undoing }: ReplayParts): string | undefined {
  const id = script.next()?.action_id ?? "";
  const attempts = undoing.get(id)?.attempts ?? 0;
  const waits = script.ahead(id).some(({ kind, attempt = 0 }) => kind === "rate_limited" && attempt === attempts);
  return waits ? id : undefined;
}
