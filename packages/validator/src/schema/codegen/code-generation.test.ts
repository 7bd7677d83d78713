import { afterEach, describe, expect, it, vi } from "vitest";

/** A fresh copy of the module, which has not asked yet, on a platform where `Function` does what is said. */
async function withFunction(construct: () => unknown): Promise<{ isAllowed: () => boolean; calls: () => number }> {
  vi.resetModules();
  const { isCodeGenerationAllowed } = await import("./code-generation.js");
  const stub = vi.fn(function constructStub() {
    return construct();
  });
  vi.stubGlobal("Function", stub);
  return { isAllowed: isCodeGenerationAllowed, calls: () => stub.mock.calls.length };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("isCodeGenerationAllowed", () => {
  it("[VA-8] says no where a content security policy forbids it", async () => {
    const { isAllowed } = await withFunction(() => {
      throw new EvalError("refused by the content security policy");
    });
    expect(isAllowed()).toBe(false);
  });

  it("[VA-8] asks once, and only when asked itself", async () => {
    const { isAllowed, calls } = await withFunction(() => () => true);
    expect(calls()).toBe(0);
    expect([isAllowed(), isAllowed()]).toEqual([true, true]);
    expect(calls()).toBe(1);
  });

  it("[VA-8] is not asked by a compiler that never generates", async () => {
    const { createSchemaCompiler } = await import("../create-schema-compiler.js");
    const compiler = createSchemaCompiler({ codegen: "never" });
    const stub = vi.fn();
    vi.stubGlobal("Function", stub);
    expect(compiler.compile({ type: "string" }).check("text")).toEqual([]);
    expect(stub).not.toHaveBeenCalled();
  });
});
