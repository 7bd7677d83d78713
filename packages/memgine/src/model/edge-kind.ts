/** How two nodes are connected. The direction is from the later or derived node to the one it names. */
export const EDGE_KINDS = [
  "supersedes",
  "depends_on",
  "related_to",
  "triggers",
  "temporal_next",
  "cites_premise",
] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

/** How much activation an edge carries; the share of a neighbour is its multiplier over the sum of all. */
export const EDGE_MULTIPLIERS: Readonly<Record<EdgeKind, number>> = {
  supersedes: 0.3,
  depends_on: 0.8,
  related_to: 0.6,
  triggers: 0.9,
  temporal_next: 0.5,
  cites_premise: 0.85,
};
