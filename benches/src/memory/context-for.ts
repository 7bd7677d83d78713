import type { JsonValue } from "@car/ir";
import type { Embedder } from "@car/ir/ports";
import { createMemgine, type FactInput, type Memgine } from "@car/memgine";
import type { Timeline, TimelineEvent, TimelineWrite } from "./timeline.js";

/** How a context is asked for. */
export interface ContextForOptions {
  readonly tokenBudget?: number;
  /** Timelines remembered beside the one asked about, in order; it is among them. Keys and ids are then prefixed. */
  readonly among?: readonly Timeline[];
  readonly embedder?: Embedder;
  /** The memory is not told who asks; roles still decide what is withheld. */
  readonly anonymous?: boolean;
}

interface Feeding {
  readonly clock: { time: number };
  readonly memory: Memgine;
  readonly timeline: Timeline;
  readonly prefix: string;
  readonly taken: Set<string>;
}

const SCOPES = ["global", "task", "session", "hypothetical", "draft"] as const;
const DEFAULT_BUDGET = 8_000;

/**
 * The context for the query at `queryIndex` of a timeline: feeds a memory with what happened before it, in order, and asks. With
 * `among`, the memory holds everything of all those timelines, and the query comes after everything.
 */
export async function contextFor(
  timeline: Timeline,
  queryIndex: number,
  options: ContextForOptions = {},
): Promise<string> {
  const clock = { time: 0 };
  let ids = 0;
  const memory = createMemgine({
    clock: { now: () => clock.time },
    ids: { hex: () => `n${(ids += 1)}` },
    ...(options.embedder === undefined ? {} : { embedder: options.embedder }),
  });
  const query = timeline.events.filter(({ type }) => type === "query")[queryIndex];
  if (query === undefined) throw new TypeError(`${timeline.id} has no query ${queryIndex}`);

  const together = options.among ?? [timeline];
  for (const one of together) {
    const feeding: Feeding = {
      clock,
      memory,
      timeline: one,
      prefix: options.among === undefined ? "" : `${one.id}:`,
      taken: new Set(),
    };
    feedStart(feeding);
    const until = options.among === undefined ? one.events.indexOf(query) : one.events.length;
    for (const event of one.events.slice(0, until)) feedEvent(feeding, event);
  }
  await memory.idle();
  const { identity_role: identity } = timeline.initial_state;
  const user = timeline.actors?.user;
  const context = await memory.buildContext(query.prompt ?? "", {
    tokenBudget: options.tokenBudget ?? DEFAULT_BUDGET,
    reader: {
      roles: [identity?.["authority"], user?.role].filter((role) => typeof role === "string"),
      ...(options.anonymous === true ? {} : { subject: `user of ${timeline.id}` }),
      ...(user?.org === undefined ? {} : { tenant: user.org }),
    },
    ...(options.among === undefined ? { conversation: timeline.id } : {}),
  });
  return context.text;
}

function feedStart(feeding: Feeding): void {
  const { memory, timeline } = feeding;
  const {
    identity_role: identity,
    persistent_facts: facts,
    environment,
    working_set: working,
  } = timeline.initial_state;
  for (const [name, value] of Object.entries(identity ?? {})) {
    if (typeof value !== "string") continue;
    memory.remember({ kind: "identity", key: `${timeline.id}:${name}`, value, subject: `user of ${timeline.id}` });
  }
  for (const write of facts) if (write.is_valid !== false) feedWrite(feeding, write, write.ts ?? "");
  for (const [key, value] of Object.entries(environment ?? {}))
    feedWrite(feeding, { key, value, layer: "environment" }, "");
  for (const { content } of working ?? []) {
    if (content !== undefined) memory.remember({ value: content, conversation: timeline.id });
  }
}

function feedEvent(feeding: Feeding, event: TimelineEvent): void {
  const { clock, memory, timeline } = feeding;
  clock.time = Math.max(clock.time, timeOf(event.ts).time ?? 0);
  if (event.type === "conversation_turn") {
    const time = timeOf(event.ts);
    memory.observe({ speaker: event.speaker ?? "user", text: event.text ?? "", conversation: timeline.id, ...time });
  }
  for (const write of event.writes ?? []) feedWrite(feeding, write, event.ts);
}

function feedWrite(feeding: Feeding, write: TimelineWrite, ts: string): void {
  const { clock, memory, timeline, prefix, taken } = feeding;
  const valid_from = timeOf(ts).time;
  clock.time = Math.max(clock.time, valid_from ?? 0);
  const scope = SCOPES.find((kind) => kind === write.scope) ?? "global";
  const id = write.id === undefined || taken.has(write.id) ? undefined : `${prefix}${write.id}`;
  if (write.id !== undefined) taken.add(write.id);
  const input: FactInput = {
    ...(id === undefined ? {} : { id }),
    ...(write.layer === "environment" ? { kind: "environment" } : {}),
    key: `${prefix}${write.key}`,
    value: write.value as JsonValue,
    source: { type: write.source?.type ?? "user", authority: authorityOf(write) },
    scope: scope === "task" || scope === "session" ? { kind: scope, id: timeline.id } : { kind: scope },
    constraint: write.is_constraint === true,
    conversation: timeline.id,
    ...(valid_from === undefined ? {} : { valid_from }),
    ...(write.supersedes == null ? {} : { supersedes: [`${prefix}${write.supersedes}`] }),
    ...(write.depends_on === undefined ? {} : { depends_on: write.depends_on.map((name) => `${prefix}${name}`) }),
  };
  memory.remember(input);
}

function authorityOf({ source }: TimelineWrite): string {
  return source?.type === "policy" ? "policy" : (source?.authority ?? "peer");
}

function timeOf(ts: string): { readonly time?: number } {
  const time = Date.parse(ts.endsWith("Z") ? ts : `${ts}Z`);
  return Number.isNaN(time) ? {} : { time };
}
