import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createSchemaCompiler, type SchemaCompilerOptions } from "@car/validator";
import type { JsonValue } from "@car/ir";
import { Ajv2020 } from "ajv/dist/2020.js";

/**
 * Scores the schema compiler on JSON-Schema-Test-Suite and on labelled tool calls, and times it beside bare Ajv.
 * `npx tsx tools/eval-json-schema.ts --corpora DIR [--json FILE]`; the folder may also be named by `CAR_CORPORA`. It holds
 * `json-schema-suite/{tests,remotes}` and `validator/{schemas.json,cases.jsonl}`. Exits with 2 when it is absent.
 */

/** Which answers were right. An answer that was thrown counts as an error, not as a refusal. */
interface Score {
  readonly cases: number;
  readonly correct: number;
  readonly false_accepts: number;
  readonly false_rejects: number;
  readonly errors: number;
}

interface Case {
  readonly schema: JsonValue;
  readonly value: JsonValue;
  readonly valid: boolean;
}

interface SuiteGroup {
  readonly schema: JsonValue;
  readonly tests: readonly { readonly data: JsonValue; readonly valid: boolean }[];
}

interface LabelledCall {
  readonly schema: string;
  readonly parameters: JsonValue;
  readonly valid: boolean;
}

/** Nanoseconds of processor time per check of the ordinary schema: the median of the rounds, and the fastest. */
interface Timing {
  readonly median_ns: number;
  readonly best_ns: number;
}

const ORDINARY_SCHEMA = {
  type: "object",
  properties: {
    city: { type: "string", maxLength: 100 },
    days: { type: "integer", minimum: 1 },
    detailed: { type: "boolean" },
    unit: { enum: ["celsius", "fahrenheit"] },
  },
  required: ["city", "days"],
  additionalProperties: false,
};
const ORDINARY_VALUES = Array.from({ length: 16 }, (_, index) => ({
  city: `city-${index}`,
  days: index + 1,
  detailed: index % 2 === 0,
  unit: index % 3 === 0 ? "celsius" : "fahrenheit",
}));
const ROUNDS = 15;
const CHECKS_PER_ROUND = 200_000;
const OTHER_DRAFTS = /\/(?:draft(?:3|4|6|7|2019-09)|v1)\//;
const REMOTE_BASE = "http://localhost:1234/";

main();

function main(): void {
  const { values } = parseArgs({ options: { corpora: { type: "string" }, json: { type: "string" } } });
  const corpora = values.corpora ?? process.env["CAR_CORPORA"];
  if (corpora === undefined || !existsSync(join(corpora, "json-schema-suite"))) {
    console.error("no corpora: name a folder with --corpora DIR or CAR_CORPORA; it must hold json-schema-suite/");
    process.exitCode = 2;
    return;
  }
  const scores = scoreAll(corpora);
  const timings = timeAll();
  console.table(scores);
  console.table(timings);
  console.log(`Node ${process.version}, ${cpus().length} cores, medians of ${ROUNDS} interleaved rounds`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ node: process.version, scores, timings }, null, 2)}\n`);
  }
}

function scoreAll(corpora: string): Record<string, Score> {
  const suite = join(corpora, "json-schema-suite", "tests", "draft2020-12");
  const remotes = readRemotes(join(corpora, "json-schema-suite", "remotes"));
  const required = suiteCases(suite, false);
  const optional = suiteCases(join(suite, "optional"), true);
  const calls = labelledCases(join(corpora, "validator"));
  return {
    "suite, required": score(required, { remotes }),
    "suite, required, codegen never": score(required, { remotes, codegen: "never" }),
    "suite, optional": score(optional, { remotes }),
    "suite, optional, formats assert": score(optional, { remotes, formats: "assert" }),
    "labelled calls": score(calls, {}),
    "labelled calls, codegen never": score(calls, { codegen: "never" }),
  };
}

function score(cases: readonly Case[], options: SchemaCompilerOptions): Score {
  const compiler = createSchemaCompiler(options);
  const tally = { cases: 0, correct: 0, false_accepts: 0, false_rejects: 0, errors: 0 };
  for (const { schema, value, valid } of cases) {
    tally.cases++;
    const answer = answerOf(() => compiler.compile(schema).check(value).length === 0);
    if (answer === valid) tally.correct++;
    else if (answer === undefined) tally.errors++;
    else if (answer) tally.false_accepts++;
    else tally.false_rejects++;
  }
  return tally;
}

function answerOf(ask: () => boolean): boolean | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function suiteCases(folder: string, isDeep: boolean): readonly Case[] {
  return jsonFiles(folder, isDeep).flatMap((file) =>
    (readJson(file) as readonly SuiteGroup[]).flatMap(({ schema, tests }) =>
      tests.map(({ data, valid }) => ({ schema, value: data, valid })),
    ),
  );
}

function labelledCases(folder: string): readonly Case[] {
  if (!existsSync(folder)) return [];
  const schemas = readJson(join(folder, "schemas.json")) as Readonly<Record<string, JsonValue>>;
  return readFileSync(join(folder, "cases.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LabelledCall)
    .map(({ schema, parameters, valid }) => ({ schema: schemas[schema] ?? false, value: parameters, valid }));
}

function readRemotes(folder: string): Record<string, JsonValue> {
  const files = jsonFiles(folder, true).filter((file) => !OTHER_DRAFTS.test(file.slice(folder.length)));
  return Object.fromEntries(
    files.map((file) => [REMOTE_BASE + file.slice(folder.length + 1), readJson(file) as JsonValue]),
  );
}

function jsonFiles(folder: string, isDeep: boolean): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return isDeep ? jsonFiles(path, true) : [];
      return entry.name.endsWith(".json") ? [path] : [];
    })
    .sort();
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function timeAll(): Record<string, Timing> {
  const [generated, interpreted] = (["auto", "never"] as const).map((codegen) =>
    createSchemaCompiler({ codegen }).compile(ORDINARY_SCHEMA),
  );
  const subjects: Record<string, (value: unknown) => boolean> = {
    "bare Ajv": new Ajv2020({ strict: false }).compile(ORDINARY_SCHEMA),
    "codegen auto": (value) => generated?.check(value).length === 0,
    "codegen never": (value) => interpreted?.check(value).length === 0,
  };
  const rounds = Object.fromEntries(Object.keys(subjects).map((name) => [name, [] as number[]]));
  // The first rounds warm the code up and are not counted.
  for (let round = -3; round < ROUNDS; round++) {
    for (const [name, accepts] of Object.entries(subjects)) {
      const ns = timeRound(accepts);
      if (round >= 0) rounds[name]?.push(ns);
    }
  }
  return Object.fromEntries(Object.entries(rounds).map(([name, times]) => [name, timingOf(times)]));
}

function timeRound(accepts: (value: unknown) => boolean): number {
  // Processor time: on a shared machine the clock on the wall measures the neighbours.
  const start = process.cpuUsage();
  let accepted = 0;
  for (let index = 0; index < CHECKS_PER_ROUND; index++) {
    if (accepts(ORDINARY_VALUES[index % ORDINARY_VALUES.length])) accepted++;
  }
  const elapsedUs = process.cpuUsage(start).user;
  if (accepted !== CHECKS_PER_ROUND) throw new Error("the ordinary schema refused an ordinary value");
  return (elapsedUs * 1_000) / CHECKS_PER_ROUND;
}

function timingOf(times: readonly number[]): Timing {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (index: number): number => Math.round(sorted[index] ?? NaN);
  return { median_ns: at(sorted.length >> 1), best_ns: at(0) };
}
