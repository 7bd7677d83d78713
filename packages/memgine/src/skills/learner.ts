import type { Inference } from "@car/ir/ports";
import { askForSkill } from "./ask-model.js";
import { MINING_RULES, mineSkills, type MiningRules, type Trace } from "./mine.js";
import type { Skill } from "./skill.js";
import { incumbentOf, type SkillBook, type SkillRules, weakDomains } from "./skill-book.js";
import type { SkillOperation } from "./skill-operation.js";

/** What learning works with. */
export interface LearnerParts {
  readonly book: SkillBook;
  readonly rules: SkillRules;
  readonly mining?: Partial<MiningRules> | undefined;
  readonly inference?: Inference | undefined;
  /** Told of each domain that is to be done in another way. */
  readonly onEvolution: (domain: string) => void;
  /** Carries a change out and writes it down. */
  readonly change: (change: SkillOperation) => void;
}

/** Learns procedures from runs, in the background. */
export interface Learner {
  /** Counts a run for the skills it followed, at once. */
  observe(trace: Trace): void;
  /** Learns from what was observed; without a model by counting. A model that fails teaches nothing. */
  learn(): Promise<void>;
  /** The last thing that went wrong while learning. */
  readonly failure: Error | undefined;
}

/** Runs that are looked back on. */
const TRACES_KEPT = 500;

interface Experience extends LearnerParts {
  readonly traces: Trace[];
  /** Skills by number of failures that an evolution was tried for. */
  readonly evolved: Set<string>;
  failure: Error | undefined;
}

/** A learner without experience. */
export function createLearner(parts: LearnerParts): Learner {
  const experience: Experience = { ...parts, traces: [], evolved: new Set(), failure: undefined };
  const { book, traces, rules, mining, change } = experience;
  return {
    get failure() {
      return experience.failure;
    },
    observe(trace) {
      traces.push(trace);
      if (traces.length > TRACES_KEPT) traces.shift();
      for (const skill of followedBy(book, trace)) {
        const reason = trace.failure === undefined ? {} : { failure: trace.failure };
        change({ kind: "outcome", id: skill.id, succeeded: trace.succeeded, ...reason });
      }
    },
    async learn() {
      for (const skill of mineSkills(traces, { ...MINING_RULES, ...mining })) {
        if (book.has(skill.id)) continue;
        const distilled = await ask(experience, { domain: skill.domain, traces: like(traces, skill) });
        offer(experience, skill);
        offer(experience, distilled);
      }
      for (const domain of weakDomains(book, rules)) await evolve(experience, domain);
    },
  };
}

async function evolve(experience: Experience, domain: string): Promise<void> {
  const { book, traces, evolved, onEvolution } = experience;
  const weak = incumbentOf(book, domain) ?? [...book.values()].find((skill) => skill.domain === domain);
  // Once per number of failures: the next evolution waits for new ones.
  if (weak === undefined || evolved.has(`${weak.id}@${weak.failures}`)) return;
  evolved.add(`${weak.id}@${weak.failures}`);
  onEvolution(domain);
  const failures = traces.filter((trace) => !trace.succeeded && follows(trace, weak));
  const successes = traces.filter((trace) => trace.succeeded && trace.goal === domain);
  const request = { domain, traces: [...successes, ...failures], parent: weak };
  offer(experience, (await ask(experience, request)) ?? alternativeTo(weak, successes));
}

function offer({ book, change }: Experience, skill: Skill | undefined): void {
  if (skill !== undefined && !book.has(skill.id)) change({ kind: "put", skill });
}

/** A model that fails teaches nothing; what is counted teaches without one. */
async function ask(experience: Experience, request: Parameters<typeof askForSkill>[1]): Promise<Skill | undefined> {
  if (experience.inference === undefined) return undefined;
  try {
    return await askForSkill(experience.inference, request);
  } catch (error) {
    experience.failure = error instanceof Error ? error : new TypeError(String(error));
    return undefined;
  }
}

/** The commonest other way in which runs of the domain succeeded; ties by the tools' names. */
function alternativeTo(weak: Skill, successes: readonly Trace[]): Skill | undefined {
  const ways = new Map<string, { readonly trace: Trace; count: number }>();
  for (const trace of successes) {
    const name = JSON.stringify(trace.steps.map(({ tool }) => tool));
    const way = ways.get(name) ?? { trace, count: 0 };
    way.count += 1;
    ways.set(name, way);
  }
  ways.delete(JSON.stringify(weak.steps.map(({ tool }) => tool)));
  const best = [...ways].sort(([a, left], [b, right]) => right.count - left.count || (a < b ? -1 : 1))[0];
  if (best === undefined) return undefined;
  const steps = best[1].trace.steps.map(({ tool }) => ({ tool, parameters: {} }));
  return {
    ...weak,
    id: `${weak.id}-v${weak.version + 1}`,
    name: steps.map(({ tool }) => tool).join(", then "),
    steps,
    state: "provisional",
    successes: 0,
    failures: 0,
    version: weak.version + 1,
    origin: "evolved",
    parent: weak.id,
    recent_failures: [],
  };
}

function followedBy(book: SkillBook, trace: Trace): readonly Skill[] {
  return [...book.values()].filter((skill) => skill.state !== "deprecated" && follows(trace, skill));
}

function follows(trace: Trace, skill: Skill): boolean {
  const done = `|${trace.steps.map(({ tool }) => tool).join("|")}|`;
  return done.includes(`|${skill.steps.map(({ tool }) => tool).join("|")}|`);
}

function like(traces: readonly Trace[], skill: Skill): readonly Trace[] {
  return traces.filter((trace) => follows(trace, skill));
}
