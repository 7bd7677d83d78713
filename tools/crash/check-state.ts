import { isDeepStrictEqual } from "node:util";
import type { DurableStore } from "@car/engine/node";
import { replayState } from "@car/eventlog";
import type { CarEvent, JsonValue } from "@car/ir";
import type { Evidence, RunEvidence } from "./evidence.js";
import { COUNTERS, counterKey } from "./tools.js";

interface Told {
  readonly evidence: Evidence;
  readonly events: () => AsyncIterable<CarEvent>;
}

/** Differences between what a store has and what its log adds up to. */
export async function stateProblems(store: DurableStore, { evidence, events }: Told): Promise<readonly string[]> {
  const view = store.state.view();
  const keys = view.entryKeys?.() ?? view.keys();
  const found: string[] = [];
  if (store.opened.unfinishedRuns > 0) found.push(`${store.opened.unfinishedRuns} runs are still unfinished`);
  if (store.opened.dropped === undefined) {
    const replayed = await replayState(events());
    const entries = keys.map((key) => [key, view.entry(key)] as const);
    if (!isDeepStrictEqual(entries, replayed.entries())) found.push("the store differs from the replayed log");
    if (view.version !== replayed.version) found.push(`version ${view.version}, replayed ${replayed.version}`);
    for (const [key, value] of expectedState(evidence)) {
      const actual = view.get(key);
      if (isDeepStrictEqual(actual, value)) continue;
      found.push(`${key} is ${JSON.stringify(actual)}, expected ${JSON.stringify(value)}`);
    }
  }
  view.release?.();
  return found;
}

/** What committed runs add up to, worked out from what was proposed and which actions succeeded. */
function expectedState({ runs, committed }: Evidence): ReadonlyMap<string, JsonValue> {
  const state = new Map<string, JsonValue>();
  for (const id of committed) apply(runs.get(id)!, state);
  return state;
}

function apply({ proposed, actions }: RunEvidence, state: Map<string, JsonValue>): void {
  for (const action of proposed) {
    if (actions.get(action.id)?.succeeded !== true) continue;
    if (action.type === "state_write") {
      const { key, value } = action.parameters as { readonly key: string; readonly value: JsonValue };
      state.set(key, value);
    }
    for (let index = 0; index < COUNTERS; index++) {
      const key = counterKey(index);
      if (action.type === "tool_call" && action.tool === `bump${index}`)
        state.set(key, Number(state.get(key) ?? 0) + 1);
    }
  }
}
