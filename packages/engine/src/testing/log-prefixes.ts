import type { CarEvent, EventKind } from "@car/ir";

/** What a process finds that starts after a crash. */
export interface LogPrefix<World> {
  readonly kept: readonly CarEvent[];
  readonly lastKind: EventKind;
  readonly unfinished: "resume" | "rollback";
  /** The world outside as it was then. */
  readonly world: World;
}

/**
 * Every prefix of a log from the start of its first run on, both for a recovery that resumes and for one that rolls
 * back. `worlds` has the world at each of the last events; a world may be given out more than once.
 */
export function* logPrefixes<World>(
  events: readonly CarEvent[],
  worlds: readonly World[],
): Generator<LogPrefix<World>> {
  const received = events.findIndex(({ kind }) => kind === "proposal_received");
  const unwatched = events.length - worlds.length;
  for (let end = received + 1; end < events.length; end++)
    for (const unfinished of ["resume", "rollback"] as const) {
      const world = worlds[end - 1 - unwatched] ?? worlds[0]!;
      yield { kept: events.slice(0, end), lastKind: events[end - 1]!.kind, unfinished, world };
    }
}
