import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testApprovalStore } from "@car/conformance";
import type { ApprovalStore } from "@car/ir/ports";
import { afterAll, describe, it } from "vitest";
import { jsonlApprovalStore } from "./node/jsonl-approval-store.js";
import { memoryApprovalStore } from "./memory-approval-store.js";

const folder = mkdtempSync(join(tmpdir(), "car-approvals-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("memoryApprovalStore", () => {
  testApprovalStore({ describe, it }, { create: () => memoryApprovalStore() });
});

describe("jsonlApprovalStore", () => {
  const paths = new WeakMap<ApprovalStore, string>();
  let count = 0;
  const open = (path: string): ApprovalStore => {
    const store = jsonlApprovalStore({ path });
    paths.set(store, path);
    return store;
  };
  testApprovalStore(
    { describe, it },
    {
      create: () => open(join(folder, "made", `${++count}.jsonl`)),
      reopen: (before) => open(paths.get(before) ?? "never opened"),
    },
  );
});
