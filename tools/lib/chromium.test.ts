import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runInChromium } from "./chromium.js";

const executablePath = "/usr/bin/chromium";

describe.skipIf(!existsSync(executablePath))("runInChromium", () => {
  const run = (code: string, evalToken = ""): Promise<string> =>
    runInChromium({ executablePath, code, contentSecurityPolicy: `script-src 'unsafe-inline' ${evalToken}` });

  it("gives the title that the script set", async () => {
    expect(await run(`document.title = await Promise.resolve("</script> is only text")`)).toBe(
      "</script> is only text",
    );
  });

  it("gives the error that the script ended with, here because the page forbids code generation", async () => {
    const code = `document.title = new Function("return 'generated'")()`;
    expect(await run(code)).toContain("EvalError");
    expect(await run(code, "'unsafe-eval'")).toBe("generated");
  });
});
