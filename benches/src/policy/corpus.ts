import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject, JsonValue } from "@car/ir";

/** A call with what the real tool answered. */
export interface RecordedCall {
  readonly tool: string;
  readonly parameters: JsonObject;
  readonly mutates: boolean;
  readonly ok: boolean;
  readonly error: string | null;
  readonly output: string | null;
}

/** What a user asked, or an attacker wants, and the calls that do it. */
export interface Task {
  readonly id: string;
  /** Of a user. */
  readonly prompt?: string;
  /** Of an attacker. */
  readonly goal?: string;
  readonly calls: readonly RecordedCall[];
}

/** A tool as its server describes it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** A user task during which an attack strikes. */
export interface Pair {
  readonly suite: string;
  readonly user: string;
  readonly injection: string;
  readonly insert_after_step: number;
}

/** One call, by itself. */
export interface StaticCase {
  readonly suite: string;
  readonly kind: "user" | "injection";
  readonly task: string;
  readonly step: number;
  readonly tool: string;
  readonly parameters: JsonObject;
  readonly mutates: boolean;
  readonly task_text: string;
}

/** Everything about one suite. */
export interface Suite {
  readonly name: string;
  readonly tools: readonly ToolDescription[];
  readonly users: ReadonlyMap<string, Task>;
  readonly injections: ReadonlyMap<string, Task>;
  /** What the texts that an attacker can replace say when nobody does. */
  readonly replaceable: readonly string[];
  readonly pairs: readonly Pair[];
  readonly cases: readonly StaticCase[];
}

/** Reads the suites below a folder; all of them, or those that are named. */
export function readSuites(folder: string, wanted: readonly string[] | undefined): readonly Suite[] {
  const pairs = readLines<Pair>(join(folder, "pairs.jsonl"));
  const cases = readLines<StaticCase>(join(folder, "policy_cases.jsonl"));
  const found = readdirSync(folder).filter((name) => existsSync(join(folder, name, "tools.json")));
  const missing = wanted?.filter((name) => !found.includes(name)) ?? [];
  if (missing.length > 0) throw new Error(`no suite ${missing.join(", ")} in ${folder}; there are ${found.join(", ")}`);
  return (wanted ?? found.sort()).map((name) => {
    const inSuite = join(folder, name);
    const isOwn = ({ suite }: { readonly suite: string }): boolean => suite === name;
    return {
      name,
      tools: readJson(join(inSuite, "tools.json")) as unknown as readonly ToolDescription[],
      users: byId(readLines<Task>(join(inSuite, "user_tasks.jsonl"))),
      injections: byId(readLines<Task>(join(inSuite, "injection_tasks.jsonl"))),
      replaceable: replaceableIn(join(inSuite, "injection_vector_defaults.json")),
      pairs: pairs.filter(isOwn),
      cases: cases.filter(isOwn),
    };
  });
}

function replaceableIn(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  return Object.values(readJson(file) as JsonObject).filter(
    (text): text is string => typeof text === "string" && text !== "",
  );
}

function readJson(file: string): JsonValue {
  return JSON.parse(readFileSync(file, "utf8")) as JsonValue;
}

function readLines<T>(file: string): readonly T[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

function byId(tasks: readonly Task[]): ReadonlyMap<string, Task> {
  return new Map(tasks.map((task) => [task.id, task]));
}
