import { ConfigInvalidError, PolicyDocumentInvalidError } from "@car/ir";
import { assertKnownOptions, assertOptionTypes } from "@car/ir/internal";
import { type Checked, checkDocument } from "./check-document.js";
import { documentProblems } from "./document-problems.js";
import type { DocumentSource } from "./document-source.js";
import type { Doubt } from "./doubts.js";
import { readJson } from "./json-source.js";
import type { Places } from "./place.js";
import type { PolicyDocument } from "./policy-document.js";
import { readToml } from "./toml-source.js";
import { readYaml } from "./yaml-source.js";

/** The languages a policy can be written in. They say the same things. */
export type PolicyFormat = "yaml" | "toml" | "json";

/** What `parsePolicyDocument` takes besides the text. */
export interface ParsePolicyOptions {
  readonly format: PolicyFormat;
  /** Where the text came from, for messages only. */
  readonly file?: string;
}

/** Longest text that is read, in UTF-16 units: some 3,000 rules. A parser may take seconds for the worst of this length. */
export const MAX_DOCUMENT_LENGTH = 256 * 1024;

const READERS: Readonly<Record<PolicyFormat, (text: string) => DocumentSource>> = {
  yaml: readYaml,
  toml: readToml,
  json: readJson,
};

/**
 * Reads and checks a policy. Pure; `rulePolicy` makes an engine of the result.
 * @throws `PolicyDocumentInvalidError` with every problem: file, line, column, path. Nothing else, for any text;
 * `ConfigInvalidError` for an option that is none.
 */
export function parsePolicyDocument(text: string, options: ParsePolicyOptions): PolicyDocument {
  assertParseOptions(options, "parsePolicyDocument");
  return readDocument(text, options, checkDocument).value;
}

/** `more` are the options that `what` takes besides. @throws `ConfigInvalidError`. */
export function assertParseOptions(options: ParsePolicyOptions, what: string, more: readonly string[] = []): void {
  assertKnownOptions(options, ["format", "file", ...more], what);
  if (typeof options?.format === "string" && Object.hasOwn(READERS, options.format)) {
    return assertOptionTypes(options, { file: "string" });
  }
  throw new ConfigInvalidError(`\`${what}\`: \`format\` is one of \`${Object.keys(READERS).join("`, `")}\``);
}

/** A document of any kind and the places of its parts. @throws `PolicyDocumentInvalidError` with every problem. */
export function readDocument<T>(
  text: string,
  { format, file }: ParsePolicyOptions,
  check: (value: unknown, doubts: readonly Doubt[]) => Checked<T>,
): { readonly value: T; readonly places: Places } {
  const source = read(text, format);
  if ("findings" in source) throw new PolicyDocumentInvalidError(documentProblems(source.findings, { file }));
  const checked = check(source.value, source.doubts ?? []);
  if ("value" in checked) return { value: checked.value, places: source.places };
  throw new PolicyDocumentInvalidError(documentProblems(checked.findings, { file, places: source.places }));
}

function read(text: string, format: PolicyFormat): DocumentSource {
  if (text.length > MAX_DOCUMENT_LENGTH) {
    return { findings: [{ path: [], message: `longer than ${MAX_DOCUMENT_LENGTH} characters` }] };
  }
  try {
    return READERS[format](text.replace(/^\uFEFF/, ""));
  } catch {
    // Parsers say what is wrong through their own errors; anything else is a text they were not made for.
    return { findings: [{ path: [], message: `could not be read as ${format.toUpperCase()}` }] };
  }
}
