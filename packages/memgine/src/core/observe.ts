import { MemoryInvalidError } from "@car/ir";
import { wellFormed } from "@car/ir/internal";
import type { MemoryNode } from "../model/node.js";
import type { Core } from "./core.js";
import { EVERYWHERE } from "./fact-node.js";
import { announce } from "./implied-change.js";
import { placeNode } from "./place.js";
import { INJECTION_LABEL } from "./remember.js";

/** Something said. */
export interface TurnInput {
  readonly id?: string;
  readonly speaker: string;
  readonly text: string;
  /** Default `main`. */
  readonly conversation?: string;
  /** Milliseconds since the epoch. Default: now. */
  readonly time?: number;
  /** The speaker's rank. Default `user`. */
  readonly authority?: string;
  readonly subject?: string;
  readonly labels?: readonly string[];
}

/** Takes in a turn; gives its id. @throws `CAR_MEMORY_INVALID` when it is none or its id is taken; nothing was changed. */
export function observeTurn(core: Core, turn: TurnInput): string {
  const node = turnNode(core, turn);
  if (core.store.byId.has(node.id)) throw new MemoryInvalidError(`id \`${node.id}\` is taken`);
  const number = placeNode(core.store, node);
  core.revision += 1;
  announce(core, number);
  return node.id;
}

function turnNode(core: Core, turn: TurnInput): MemoryNode {
  if (typeof turn.text !== "string" || typeof turn.speaker !== "string") {
    throw new MemoryInvalidError("a turn has a `speaker` and a `text`");
  }
  if (turn.text.length > core.maxBytes) throw new MemoryInvalidError(`text is longer than ${core.maxBytes} bytes`);
  const now = core.now();
  const time = turn.time ?? now;
  if (!Number.isFinite(time)) throw new MemoryInvalidError("time must be a time in milliseconds");
  const text = wellFormed(turn.text);
  const labels = turn.labels ?? [];
  return Object.freeze({
    id: turn.id ?? core.newId(),
    kind: "turn",
    value: text,
    text,
    source: { type: "conversation", authority: turn.authority ?? "user", identity: turn.speaker },
    confidence: 1,
    provenance: {},
    scope: EVERYWHERE,
    valid_from: time,
    recorded_at: now,
    memory_type: "user",
    constraint: false,
    conversation: turn.conversation ?? "main",
    speaker: wellFormed(turn.speaker),
    ...(turn.subject === undefined ? {} : { subject: turn.subject }),
    labels: core.cues.isInjection(text) ? [...labels, INJECTION_LABEL] : labels,
    keep_all: true,
  });
}
