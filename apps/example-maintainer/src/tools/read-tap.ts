/** A test that failed. */
export interface TestFailure {
  readonly name: string;
  /** What the assertion wanted and met, where it said so. */
  readonly expected?: string;
  readonly actual?: string;
}

/** What a test run's TAP output says. */
export interface TapReport {
  readonly passed: number;
  readonly failures: readonly TestFailure[];
}

/** One failing test point and the block of facts that follows it. */
const NOT_OK = /^ *not ok \d+ - (?<name>.*)\n(?<facts>(?: +---\n[^]*?\n +\.\.\.)?)/gm;

/** Reads the TAP of Node's test runner. A suite fails with its tests and is not counted again. */
export function readTap(text: string): TapReport {
  const found = [...text.matchAll(NOT_OK)].map(({ groups = {} }) => ({
    name: groups["name"] ?? "",
    facts: groups["facts"] ?? "",
  }));
  return {
    passed: Number(/^# pass (\d+)$/m.exec(text)?.[1] ?? 0),
    failures: found.filter(({ facts }) => !facts.includes("subtestsFailed")).map(failureOf),
  };
}

function failureOf({ name, facts }: { readonly name: string; readonly facts: string }): TestFailure {
  const expected = fact("expected", facts);
  const actual = fact("actual", facts);
  return { name, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) };
}

function fact(name: string, facts: string): string | undefined {
  return new RegExp(`^ +${name}: (.+)$`, "m").exec(facts)?.[1];
}

/** The failed tests in a few words, for people and models; the runner's own complaint when no test ran. */
export function failureSummary({ passed, failures, stderr }: TapReport & { readonly stderr: string }): string {
  if (failures.length === 0) return `the tests did not run: ${withoutStack(stderr).slice(-500)}`;
  const described = failures.map(({ name, expected, actual }) => {
    return expected === undefined ? `"${name}"` : `"${name}" (expected ${expected}, got ${actual ?? "nothing"})`;
  });
  return `${failures.length} of ${failures.length + passed} tests failed: ${described.join("; ")}`;
}

/** How long a stack is, and so what stands near the end, differs between versions of Node. */
function withoutStack(stderr: string): string {
  return stderr.replace(/^ +at .*\n?/gm, "").trim();
}
