/** What a suite needs of a test runner. `describe` and `it` of vitest, jest, mocha and `node:test` fit as they are. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => void | Promise<void>) => void;
}
