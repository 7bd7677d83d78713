import { seededRandom } from "@car/conformance";
import { createMemgine, type Memgine } from "@car/memgine";

/** How the cascade did on generated premises. */
export interface CascadeFigures {
  readonly graphs: number;
  /** Statements that must be flagged, and how many of them were. */
  readonly due: number;
  readonly flagged: number;
  /** Statements that were flagged without need. */
  readonly false_flags: number;
}

interface Node {
  readonly id: string;
  readonly premises: readonly string[];
}

const GRAPHS = 400;
const DEEPEST = 6;
const SUPERSEDED = 0.3;

/** Chains and diamonds of depth 1 to 6; 30% of the statements are superseded, in random order. The expectation is worked out here. */
export function measureCascade(): CascadeFigures {
  const random = seededRandom(7);
  let [due, flagged, falseFlags] = [0, 0, 0];
  for (let graph = 0; graph < GRAPHS; graph += 1) {
    const nodes = graph % 2 === 0 ? chain(1 + (graph % DEEPEST)) : diamond(1 + (graph % DEEPEST));
    const memory = emptyMemory();
    for (const { id, premises } of nodes) {
      const names = random() < 0.5 ? { depends_on: premises } : { cites: premises };
      memory.remember({ id, value: `statement ${id}`, ...names });
    }
    const dead = nodes.filter(() => random() < SUPERSEDED).map(({ id }) => id);
    for (const id of dead) memory.remember({ id: `${id}-new`, value: `another ${id}`, supersedes: [id] });
    const expected = reachedFrom(nodes, new Set(dead));
    for (const { id } of nodes) {
      const standing = memory.get(id)?.standing;
      const isFlagged = standing === "needs_review" || standing === "invalid";
      if (expected.has(id)) due += 1;
      if (expected.has(id) && isFlagged) flagged += 1;
      if (!expected.has(id) && isFlagged) falseFlags += 1;
    }
  }
  return { graphs: GRAPHS, due, flagged, false_flags: falseFlags };
}

function emptyMemory(): Memgine {
  let ids = 0;
  return createMemgine({ clock: { now: () => 0 }, ids: { hex: () => `id${(ids += 1)}` } });
}

function chain(depth: number): readonly Node[] {
  return Array.from({ length: depth + 1 }, (_, at) => ({ id: `n${at}`, premises: at === 0 ? [] : [`n${at - 1}`] }));
}

/** Levels of two statements; each rests on both of the level below. */
function diamond(depth: number): readonly Node[] {
  const nodes: Node[] = [{ id: "root", premises: [] }];
  let below = ["root"];
  for (let level = 1; level <= depth; level += 1) {
    const names = [`l${level}a`, `l${level}b`];
    nodes.push(...names.map((id) => ({ id, premises: below })));
    below = names;
  }
  return [...nodes, { id: "top", premises: below }];
}

/** Whatever rests on something dead and is not dead itself. */
function reachedFrom(nodes: readonly Node[], dead: ReadonlySet<string>): ReadonlySet<string> {
  const reached = new Set<string>(dead);
  for (const { id, premises } of nodes) if (premises.some((premise) => reached.has(premise))) reached.add(id);
  return new Set([...reached].filter((id) => !dead.has(id)));
}
