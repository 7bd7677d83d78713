import type { TestRunner } from "../test-runner.js";

/**
 * Registers a suite with a runner of its own and runs it at once.
 * @param register - calls the suite.
 * @param prefix - only tests whose name starts with it are run.
 * @returns the names of the tests that fail, with why.
 */
export async function failuresOf(
  register: (runner: TestRunner) => void,
  prefix: string,
): Promise<readonly (readonly [name: string, error: unknown])[]> {
  const tests: (readonly [string, () => void | Promise<void>])[] = [];
  register({ describe: (_name, body) => body(), it: (name, body) => tests.push([name, body]) });
  const failures: (readonly [string, unknown])[] = [];
  for (const [name, body] of tests.filter(([name]) => name.startsWith(prefix))) {
    try {
      await body();
    } catch (error) {
      failures.push([name, error]);
    }
  }
  return failures;
}
