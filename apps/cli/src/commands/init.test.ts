import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captured } from "../testing/captured.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "car-init-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe("car init", () => {
  it("[CLI-28] writes a project whose plan verifies at once", async () => {
    const project = join(folder, "New Project");
    expect((await captured(["init", project])).code).toBe(0);
    expect(JSON.parse(readFileSync(join(project, "package.json"), "utf8"))).toMatchObject({ name: "new-project" });
    const argv = ["verify", join(project, "plan.json"), "--config", join(project, "car.config.yaml")];
    expect(await captured(argv)).toMatchObject({ code: 0, err: "" });
  });

  it("[CLI-28] overwrites nothing, and then writes nothing", async () => {
    const project = mkdtempSync(join(folder, "old-"));
    writeFileSync(join(project, "plan.json"), "mine");
    expect(await captured(["init", project])).toMatchObject({
      code: 2,
      err: expect.stringContaining("plan.json would be overwritten") as string,
    });
    expect(readdirSync(project)).toEqual(["plan.json"]);
  });

  it("[CLI-28] goes on in a folder that npm has begun", async () => {
    const project = mkdtempSync(join(folder, "begun-"));
    writeFileSync(join(project, "package.json"), "{}");
    expect(await captured(["init", project])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/= .*package\.json, as it was/) as string,
    });
    expect(readFileSync(join(project, "package.json"), "utf8")).toBe("{}");
    expect(readdirSync(project)).toContain("plan.json");
  });
});

describe("car completion and car --version", () => {
  it("[CLI-29] completes commands and options in bash", async () => {
    const { out } = await captured(["completion", "bash"]);
    const complete = (...words: string[]): string[] => {
      const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _car; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", `${out}\n${line}`], { encoding: "utf8" })
        .trim()
        .split(" ");
    };
    expect(complete("car", "lo")).toEqual(["log"]);
    expect(complete("car", "log", "")).toEqual(["verify", "show", "diff", "--help"]);
    expect(complete("car", "log", "show", "x.jsonl", "--ac")).toEqual(["--action"]);
    expect(complete("car", "run", "--approve")).toEqual(["--approve"]);
  });

  it("[CLI-29] prints scripts for zsh and fish, and for no other shell", async () => {
    expect((await captured(["completion", "zsh"])).out).toMatch(/^#compdef car\n/);
    expect((await captured(["completion", "fish"])).out).toContain('-n "__fish_seen_subcommand_from run" -l approve');
    expect((await captured(["completion", "tcsh"])).code).toBe(2);
  });

  it("[CLI-29] tells its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    for (const option of ["-V", "--version"]) expect(await captured([option])).toMatchObject({ code: 0, out: version });
  });
});
