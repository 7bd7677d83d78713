import { LimitReached } from "../interpret/run.js";
import type { LinearProgram, Step } from "./linear-program.js";

/** What lies on one side of a place in the text. */
type Side = "word" | "other" | "edge";

/** Where a matcher can be at one place of a text, and where the characters that were met there led. */
interface State {
  readonly steps: readonly number[];
  readonly before: Side;
  readonly after: Map<number, State>;
}

/** Numbers that are remembered; more are forgotten all at once. Bounds memory, and not the answer. */
const MAX_REMEMBERED = 500_000;
/** Who has to forget so often in one text meets hardly anything twice: remembering costs more than it saves. */
const MAX_FORGOTTEN = 2;
/** Most steps that are looked at for one text: a few seconds of work. Where a character leads is remembered, so ordinary patterns need few. */
const MAX_LOOKED = 100_000_000;
/** Where every text leads in which something has matched. */
const MATCHED: State = { steps: [], before: "edge", after: new Map() };

/**
 * Whether some part of a text matches, in time that is linear in the text's length: all ways of matching are followed at
 * once, and what a character leads to is found out once and remembered.
 */
export class LinearMatcher {
  private readonly program: LinearProgram;
  /** For each step, the last round in which it was met. */
  private readonly met: Uint32Array;
  private round = 0;
  /** Steps looked at for the text at hand. */
  private looked = 0;
  private readonly waiting: number[] = [];
  private known = new Map<string, State>();
  private readonly fits = new Map<number, readonly boolean[]>();
  private remembered = 0;
  private forgotten = 0;

  constructor(program: LinearProgram) {
    this.program = program;
    this.met = new Uint32Array(program.steps.length);
  }

  /** @throws `LimitReached` for a text that would take too long. */
  test(text: string): boolean {
    this.forgotten = 0;
    this.looked = 0;
    let state = this.stateOf([], "edge");
    for (let index = 0; index < text.length; index++) {
      const character = text.codePointAt(index) as number;
      state = state.after.get(character) ?? this.advance(state, character);
      if (state === MATCHED) return true;
      if (character > 0xffff) index++;
    }
    return this.follow(state, "edge", NO_CLASS) === undefined;
  }

  private advance(state: State, character: number): State {
    const side = sideOf(character);
    const steps = this.follow(state, side, this.fitsOf(character));
    const next = steps === undefined ? MATCHED : this.stateOf(steps, side);
    if (this.forgotten > MAX_FORGOTTEN) return next;
    this.remembered += next.steps.length + 1;
    if (this.remembered > MAX_REMEMBERED) this.forget();
    else state.after.set(character, next);
    return next;
  }

  /** What was remembered stays alive only as long as the match at hand needs it. */
  private forget(): void {
    this.known = new Map();
    this.fits.clear();
    this.remembered = 0;
    this.forgotten++;
  }

  private stateOf(steps: number[], before: Side): State {
    if (this.forgotten > MAX_FORGOTTEN) return { steps, before, after: NOTHING_KNOWN };
    // In one order, so that an equal state is found again.
    const key = `${before} ${steps.sort((a, b) => a - b).join()}`;
    let state = this.known.get(key);
    if (state === undefined) this.known.set(key, (state = { steps, before, after: new Map() }));
    return state;
  }

  /** Which classes of the program a character is in. */
  private fitsOf(character: number): readonly boolean[] {
    let fits = this.fits.get(character);
    if (fits === undefined) {
      const text = String.fromCodePoint(character);
      fits = this.program.classes.map((one) => one.test(text));
      this.fits.set(character, fits);
      this.remembered += fits.length;
    }
    return fits;
  }

  /**
   * The steps after the one that takes a character of these classes, which is on the side `after`; `undefined` when something
   * has matched before it. A match may begin anywhere.
   */
  private follow({ steps, before }: State, after: Side, fits: readonly boolean[]): number[] | undefined {
    const { program, waiting } = this;
    this.newRound();
    waiting.length = 0;
    this.visit(program.start);
    for (const step of steps) this.visit(step);
    const targets: number[] = [];
    this.looked += steps.length;
    if (this.looked > MAX_LOOKED) throw new LimitReached("takes too long to be held against a pattern");
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const step = program.steps[index] as Step;
      if (step.kind === "take") {
        if (fits[step.of] === true) targets.push(step.next);
      } else if (step.kind === "fork") {
        this.visit(step.other);
        this.visit(step.next);
      } else if (step.kind === "accept") return undefined;
      else if (holds(step.place, before, after)) this.visit(step.next);
    }
    return targets;
  }

  private visit(step: number): void {
    if (this.met[step] === this.round) return;
    this.met[step] = this.round;
    this.waiting.push(step);
  }

  private newRound(): void {
    if (this.round === 0xffff_ffff) {
      this.met.fill(0);
      this.round = 0;
    }
    this.round++;
  }
}

const NO_CLASS: readonly boolean[] = [];
const NOTHING_KNOWN = new Map<number, State>();

function holds(place: string, before: Side, after: Side): boolean {
  if (place === "^") return before === "edge";
  if (place === "$") return after === "edge";
  const isBoundary = (before === "word") !== (after === "word");
  return isBoundary === (place === "\\b");
}

function sideOf(character: number): Side {
  return /\w/.test(String.fromCodePoint(character)) ? "word" : "other";
}
