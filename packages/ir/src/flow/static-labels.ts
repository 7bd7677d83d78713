import type { Action } from "../action/action.js";
import type { ActionGraph } from "../graph/action-graph.js";
import { literalKeyOf } from "../graph/key-access.js";
import type { JsonObject } from "../json/json-value.js";
import { KeyPatterns } from "../state/key-patterns.js";
import { type FlowSource, literalLabels } from "./flow-source.js";
import { joinLabels, type LabelSet, NO_LABELS, withoutLabels } from "./labels.js";
import { parameterReferences } from "./parameter-references.js";

/** What labels are followed through before anything runs. */
export interface StaticFlowInput {
  readonly actions: readonly Action[];
  readonly graph: ActionGraph;
  readonly source: FlowSource;
  /** Labels that a tool puts on every output. */
  readonly added: (action: number) => LabelSet;
  /** Labels that a call takes off. */
  readonly removed: (action: number) => readonly string[];
  /** Labels of what the state holds at a key. */
  readonly entryLabels: (key: string) => LabelSet;
}

/** Labels that parameters will have whatever the tools put out; more may come with their outputs. */
export class StaticLabels {
  private readonly input: StaticFlowInput;
  private outputs: LabelSet[] | undefined = undefined;
  private written: KeyPatterns | undefined = undefined;

  constructor(input: StaticFlowInput) {
    this.input = input;
  }

  /** Labels of one parameter, or of all. */
  parameter(action: number, param?: string): LabelSet {
    const { source, graph, actions } = this.input;
    if (source.context === NO_LABELS && graph.templates[action] === undefined) return NO_LABELS;
    const parameters = actions[action]!.parameters as JsonObject;
    if (param !== undefined) return this.one(parameters, param);
    return Object.keys(parameters).reduce((labels, name) => joinLabels(labels, this.one(parameters, name)), NO_LABELS);
  }

  /** Labels of an output. */
  output(action: number): LabelSet {
    this.outputs ??= this.follow();
    return this.outputs[action]!;
  }

  /** Whether a call is itself where a label comes from. */
  adds(action: number, label: string): boolean {
    return this.input.added(action).includes(label);
  }

  private one(parameters: JsonObject, param: string): LabelSet {
    if (!Object.hasOwn(parameters, param)) return NO_LABELS;
    const value = parameters[param]!;
    const { references, bare } = parameterReferences(value);
    if (references.length === 0) return literalLabels(this.input.source, value, param);
    const own = bare ? NO_LABELS : this.input.source.context;
    return references.reduce((labels, { action_id }) => {
      const index = this.input.graph.indexOf.get(action_id);
      return index === undefined ? labels : joinLabels(labels, this.output(index));
    }, own);
  }

  /** In an order in which whatever is referred to comes first. */
  private follow(): LabelSet[] {
    const { actions, graph } = this.input;
    const outputs = (this.outputs = new Array<LabelSet>(actions.length).fill(NO_LABELS));
    for (const index of graph.order) outputs[index] = this.follows(actions[index]!, index);
    return outputs;
  }

  private follows(action: Action, index: number): LabelSet {
    const { added, removed } = this.input;
    switch (action.type) {
      case "tool_call":
        return withoutLabels(joinLabels(this.parameter(index), added(index)), removed(index));
      case "state_write":
        return this.parameter(index);
      case "state_read":
        return joinLabels(this.parameter(index, "key"), this.stateLabels(action));
      case "assertion":
        return NO_LABELS;
    }
  }

  /** Certain only where nothing of this proposal may write the key. */
  private stateLabels(action: Action): LabelSet {
    const key = literalKeyOf(action);
    if (key === undefined) return NO_LABELS;
    this.written ??= writtenKeys(this.input.graph);
    return this.written.covers(key) ? NO_LABELS : this.input.entryLabels(key);
  }
}

function writtenKeys({ access }: ActionGraph): KeyPatterns {
  const written = new KeyPatterns();
  for (const { writes } of access) for (const key of writes) written.add(key);
  return written;
}
