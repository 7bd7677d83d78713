import { describe, expect, it } from "vitest";
import { checkSpec } from "./check-spec.js";
import { withFiles } from "./lib/fixture.js";
import { formatProblem } from "./lib/report.js";

const WORKSPACE = {
  "SPEC.md":
    "## 3. Order\n**3.1** Edges.\n\n**3.2** (not yet built) Levels.\n## 8. Crash (not yet built)\n- **8.1** Resume.",
  "packages/state/package.json": "{}",
  "packages/state/SPEC.md": "- **ST-1** (3.1) Reads.\n- **ST-2** (3) Writes.",
  "packages/state/src/a.test.ts": 'it("[ST-1] [3.1] reads", f);',
  "packages/conformance/src/suites/test-state-store.ts": "it(`[ST-2] writes`, f);",
};

/** What the check says of the workspace with `files` laid over it. */
const objections = (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  withFiles({ ...WORKSPACE, ...files }, (root) => checkSpec(root).map(formatProblem));

describe("checkSpec", () => {
  it("finds nothing wrong when every rule is cited, in the package, in a suite, or is marked as not yet built", async () => {
    expect(await objections({})).toEqual([]);
  });

  it("objects to a rule of a package that only another package's test cites", async () => {
    const files = {
      "packages/state/SPEC.md": "**ST-1** A.\n**ST-2** B.\n**ST-3** C.",
      "packages/policy/src/a.test.ts": 'it("[ST-3] c", f);',
    };
    expect(await objections(files)).toEqual(["packages/state/SPEC.md:3: no test name starts with [ST-3]"]);
  });

  it("objects to a rule of the contract that no test cites", async () => {
    const files = { "packages/state/src/a.test.ts": '\nit("[ST-1] mentions [3.1] in passing", f);' };
    expect(await objections(files)).toEqual(["SPEC.md:2: no test name starts with [3.1]"]);
  });

  it("objects to a citation of a rule that does not exist", async () => {
    const files = { "apps/cli/src/a.test.ts": '\nit("[CL-9] prints", f);' };
    expect(await objections(files)).toEqual(["apps/cli/src/a.test.ts:2: [CL-9] is no rule of any SPEC.md"]);
  });

  it("objects to a rule that is defined twice and to a source that the contract does not have", async () => {
    const files = { "packages/state/SPEC.md": "**ST-1** (3.9) A.\n**ST-2** B.\n**ST-1** C." };
    expect(await objections(files)).toEqual([
      "packages/state/SPEC.md:3: rule ST-1 is defined twice",
      "packages/state/SPEC.md:1: the contract has no rule 3.9",
    ]);
  });
});
