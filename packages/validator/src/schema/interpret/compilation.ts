import type { JsonObject } from "@car/ir";
import type { Library } from "../document/library.js";
import type { Location, Resource } from "../document/resource.js";
import { accept, refuse } from "./boolean-schemas.js";
import type { DynamicTargets } from "./keyword.js";
import type { Evaluator } from "./run.js";
import { inScope } from "./sequence.js";

/** A schema that something refers to. It is compiled after the schema that mentions it, so that cycles end. */
interface Target {
  readonly location: Location;
  evaluate: Evaluator;
}

/** What compiling one schema, with everything it refers to, needs to remember. */
export interface Compilation {
  readonly library: Library;
  /** Called with each schema that will be applied although no scan has met it: a pointer led there. */
  readonly inspect: (location: Location) => void;
  readonly targets: Map<JsonObject, Target>;
  /** Targets still to be compiled. */
  readonly waiting: Target[];
  /** Resources that evaluation can enter: only those can be in the dynamic scope. */
  readonly entered: Set<Resource>;
  /** Names that some `$dynamicRef` looks for. */
  readonly dynamicNames: Set<string>;
}

/** A compilation that has met nothing yet. */
export function newCompilation(library: Library, inspect: Compilation["inspect"]): Compilation {
  return { library, inspect, targets: new Map(), waiting: [], entered: new Set(), dynamicNames: new Set() };
}

/** How to apply the schema at `location`, which may be compiled later. Does not enter its resource's scope. */
export function evaluatorAt(location: Location, compilation: Compilation): Evaluator {
  const { schema, resource } = location;
  if (typeof schema === "boolean") return schema ? accept : refuse("$ref");
  const target = targetOf({ schema, resource }, compilation);
  return (value, run) => target.evaluate(value, run);
}

/** Says that evaluation can enter a resource, so that its dynamic anchors may be asked for. */
export function enterResource(resource: Resource, compilation: Compilation): void {
  if (compilation.entered.has(resource)) return;
  compilation.entered.add(resource);
  for (const name of compilation.dynamicNames) addDynamicTarget(resource, name, compilation);
}

/** The schemas that `name` can mean, by resource, among those that evaluation can enter. */
export function dynamicTargets(name: string, compilation: Compilation): DynamicTargets {
  compilation.dynamicNames.add(name);
  for (const resource of [...compilation.entered]) addDynamicTarget(resource, name, compilation);
  const known = new Map<Resource, Evaluator | undefined>();
  return (resource) => {
    if (!known.has(resource)) known.set(resource, dynamicEvaluator(resource, name, compilation));
    return known.get(resource);
  };
}

function targetOf(location: Location & { schema: JsonObject }, compilation: Compilation): Target {
  const known = compilation.targets.get(location.schema);
  if (known !== undefined) return known;
  if (!compilation.library.locations.has(location.schema)) compilation.inspect(location);
  const target: Target = { location, evaluate: accept };
  compilation.targets.set(location.schema, target);
  compilation.waiting.push(target);
  enterResource(location.resource, compilation);
  return target;
}

function addDynamicTarget(resource: Resource, name: string, compilation: Compilation): void {
  const location = resource.dynamicAnchors.get(name);
  if (location !== undefined) evaluatorAt(location, compilation);
}

function dynamicEvaluator(resource: Resource, name: string, compilation: Compilation): Evaluator | undefined {
  const location = resource.dynamicAnchors.get(name);
  return location && inScope(resource, evaluatorAt(location, compilation));
}
