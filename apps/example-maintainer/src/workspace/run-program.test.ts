import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { runProgram } from "./run-program.js";

const HERE = { cwd: tmpdir(), env: {} };

describe("runProgram", () => {
  it("returns what the program wrote and its code, whatever the code", async () => {
    const script = 'console.log("out"); console.error("err"); process.exit(3)';
    await expect(runProgram(process.execPath, ["-e", script], HERE)).resolves.toEqual({
      code: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("passes arguments as they are: no shell reads them", async () => {
    const { stdout } = await runProgram(process.execPath, ["-p", "process.argv[1]", "$(id); *"], HERE);
    expect(stdout).toBe("$(id); *\n");
  });

  it("says that a program is not there", async () => {
    await expect(runProgram("no-such-program", [], HERE)).rejects.toMatchObject({ class: "not_found" });
  });

  it("kills the program when the signal aborts", async () => {
    const controller = new AbortController();
    const run = runProgram(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      ...HERE,
      signal: controller.signal,
    });
    controller.abort();
    await expect(run).rejects.toMatchObject({ class: "canceled" });
  });
});
