import type { JsonObject, JsonValue } from "@car/ir";
import type { PolicyFlow, Provenance } from "@car/ir/ports";
import type { LabelMark, PolicySituation } from "./policy-situation.js";

/** Data flow as a situation tells it. A label of a parameter that is not given counts for nothing. */
export function situationFlow(
  { labels, sources = {}, action }: PolicySituation,
  endorses: (tool: string) => readonly string[],
): PolicyFlow {
  const parameters = action.parameters as JsonObject;
  const read = (marks: readonly LabelMark[] = []): readonly string[] => [
    ...new Set(marks.flatMap((mark) => labelOf(mark, endorses))),
  ];
  const ofParam = (param: string): readonly string[] =>
    Object.hasOwn(parameters, param) && labels?.params !== undefined && Object.hasOwn(labels.params, param)
      ? read(labels.params[param])
      : [];
  return {
    context: read(labels?.context),
    labels: (param) =>
      param === undefined ? [...new Set(Object.keys(labels?.params ?? {}).flatMap(ofParam))] : ofParam(param),
    origins: () => [],
    provenance: (value, { param }): Provenance => {
      if (isNothing(value)) return { source: "nothing", labels: [] };
      const found = ofParam(param);
      const source = Object.hasOwn(sources, param) ? sources[param] : undefined;
      return { source: source ?? (found.length > 0 ? "labelled" : "unknown"), labels: found };
    },
  };
}

function labelOf(mark: LabelMark, endorses: (tool: string) => readonly string[]): readonly string[] {
  if (typeof mark === "string") return [mark];
  return endorses(mark.via).includes(mark.label) ? [] : [mark.label];
}

function isNothing(value: JsonValue): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
