import { lostIntegers, lostText, type PathStep, setOwn } from "@car/ir/internal";
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { type DocumentFinding, type DocumentSource, MAX_DOCUMENT_DEPTH } from "./document-source.js";
import { type Doubt, otherReadings } from "./doubts.js";
import { noPlaces, type Place, type Places } from "./place.js";

/** Aliases can say a lot in little text; beyond this many nodes behind them a document is refused. */
const MAX_ALIASED = 20_000;

interface Walk {
  readonly places: Places;
  readonly findings: DocumentFinding[];
  readonly doubts: Doubt[];
  readonly placeOf: (offset: number) => Place;
  /** What each anchor means at this point of the document. */
  readonly anchors: Map<string, Node>;
  /** Aliases around the current node. */
  aliasDepth: number;
  /** Nodes that were met behind aliases. */
  aliased: number;
}

/** The value of a composed document, aliases resolved, with the place of each part. */
export function yamlValue(contents: unknown, placeOf: (offset: number) => Place): DocumentSource {
  const walk: Walk = {
    places: noPlaces(),
    findings: [],
    doubts: [],
    placeOf,
    anchors: new Map(),
    aliasDepth: 0,
    aliased: 0,
  };
  const value = valueOf(contents, [], walk);
  return walk.findings.length > 0 ? walk : { value, places: walk.places, doubts: walk.doubts };
}

function valueOf(node: unknown, path: readonly PathStep[], walk: Walk): unknown {
  if (!isNode(node)) return null;
  if (walk.aliasDepth > 0) walk.aliased += 1;
  if (walk.aliased > MAX_ALIASED || path.length > MAX_DOCUMENT_DEPTH) {
    return report(walk, { path: [], message: "aliases make the document too large", node });
  }
  if (node.range != null) walk.places.note(path, walk.placeOf(node.range[0]));
  if (isAlias(node)) return aliasValue(node, path, walk);
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (isMap(node)) return mapValue(node, path, walk);
  if (isSeq(node)) return node.items.map((item, index) => valueOf(item, [...path, index], walk));
  return scalarValue(node, path, walk);
}

function aliasValue(alias: Alias, path: readonly PathStep[], walk: Walk): unknown {
  const target = walk.anchors.get(alias.source);
  if (target === undefined) {
    return report(walk, { path, message: `no anchor \`${alias.source}\` before this`, node: alias });
  }
  walk.aliasDepth += 1;
  const value = valueOf(target, path, walk);
  walk.aliasDepth -= 1;
  return value;
}

function mapValue(map: YAMLMap, path: readonly PathStep[], walk: Walk): unknown {
  const members: Record<string, unknown> = {};
  for (const { key, value } of map.items as readonly Pair[]) {
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name !== "string") {
      report(walk, { path, message: "a name must be text; put quotes around it", node: key });
      continue;
    }
    const inner = [...path, name];
    if (Object.hasOwn(members, name)) report(walk, { path: inner, message: "stands twice in one object", node: key });
    if (isNode(key) && key.range != null) walk.places.note(inner, walk.placeOf(key.range[0]));
    setOwn(members, name, valueOf(value, inner, walk));
  }
  return members;
}

function scalarValue(node: Node, path: readonly PathStep[], walk: Walk): unknown {
  const value: unknown = isScalar(node) ? node.value : undefined;
  noteDoubt(node, path, walk);
  const isPlain =
    value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isPlain ? value : report(walk, { path, message: "a value of a kind that JSON does not have", node });
}

/** What was written without quotes: other readings of it, and integers of which digits are lost. */
function noteDoubt(node: Node, path: readonly PathStep[], walk: Walk): void {
  if (!isScalar(node) || node.type !== "PLAIN" || node.source === undefined) return;
  const { source: written, value } = node;
  const readings = otherReadings(written, value);
  if (readings.length > 0) walk.doubts.push({ path, written, readings: [value as string | number, ...readings] });
  if (typeof value !== "number" || !/^-?\d/.test(written)) return;
  if (/^0[xo]/.test(written)) {
    if (!Number.isSafeInteger(value)) report(walk, { path, message: lostText(written), node });
    return;
  }
  for (const { token } of lostIntegers(written)) report(walk, { path, message: lostText(token), node });
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

interface Complaint {
  readonly path: readonly PathStep[];
  readonly message: string;
  readonly node: unknown;
}

function report(walk: Walk, { path, message, node }: Complaint): null {
  const place = isNode(node) && node.range != null ? walk.placeOf(node.range[0]) : undefined;
  // One is enough where aliases could repeat it without end.
  if (walk.findings.length < 100) walk.findings.push({ path, message, ...(place !== undefined && { place }) });
  return null;
}
