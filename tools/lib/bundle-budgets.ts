/**
 * Most KiB of each library's main entry with everything it imports, minified. A budget is what the package needs and a
 * few per cent: whoever raises one says in the change what the users of the package get for it.
 */
export const BUNDLE_BUDGETS: ReadonlyMap<string, number> = new Map([
  ["@car/agent", 455],
  ["@car/approvals", 115],
  ["@car/conformance", 500],
  ["@car/engine", 430],
  ["@car/eventlog", 150],
  ["@car/inference", 200],
  ["@car/ir", 152],
  ["@car/memgine", 210],
  ["@car/policy", 320],
  ["@car/state", 125],
  ["@car/validator", 228],
]);
