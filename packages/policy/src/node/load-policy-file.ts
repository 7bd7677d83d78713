import { open } from "node:fs/promises";
import { PolicyDocumentInvalidError } from "@car/ir";
import {
  MAX_DOCUMENT_LENGTH,
  parsePolicyDocument,
  type ParsePolicyOptions,
  type PolicyFormat,
} from "../document/parse-policy-document.js";
import type { PolicyDocument } from "../document/policy-document.js";
import { parsePolicyCases, type PolicyCases } from "../situation/policy-cases.js";

/** No UTF-16 unit takes more bytes of UTF-8. */
const MAX_BYTES = MAX_DOCUMENT_LENGTH * 3;

/**
 * Reads and checks a policy file; its ending says what it is written in: `.yaml`, `.yml`, `.toml` or `.json`.
 * @throws `PolicyDocumentInvalidError` (as a rejection) when it cannot be read or is not a policy.
 */
export async function loadPolicyFile(path: string): Promise<PolicyDocument> {
  const { text, ...options } = await readPolicyFile(path);
  return parsePolicyDocument(text, options);
}

/** Reads a file of cases for `testPolicy`; its ending says what it is written in. @throws as `loadPolicyFile`. */
export async function loadPolicyCases(path: string): Promise<PolicyCases> {
  const { text, ...options } = await readPolicyFile(path);
  return parsePolicyCases(text, options);
}

/**
 * The text of a policy file, and what `checkPolicy` and the parsers want to know of it.
 * @throws `PolicyDocumentInvalidError` (as a rejection) when it cannot be read.
 */
export async function readPolicyFile(path: string): Promise<PolicyFileText> {
  const format = formatOf(path);
  if (format === undefined) throw invalid(path, "a policy file ends in .yaml, .yml, .toml or .json");
  return { text: decode(path, await readBytes(path)), format, file: path };
}

/** What a policy file holds, unparsed. */
export interface PolicyFileText extends ParsePolicyOptions {
  readonly text: string;
  readonly file: string;
}

function formatOf(path: string): PolicyFormat | undefined {
  switch (/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()) {
    case "yaml":
    case "yml":
      return "yaml";
    case "toml":
      return "toml";
    case "json":
      return "json";
    case undefined:
    default:
      return undefined;
  }
}

/** At most one byte more than a policy may have, so that a path to an endless device ends as well. */
async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(MAX_BYTES + 1);
  let length = 0;
  try {
    const file = await open(path, "r");
    try {
      for (let read = 1; read > 0 && length < bytes.length; length += read) {
        ({ bytesRead: read } = await file.read(bytes, length, bytes.length - length));
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw invalid(path, `cannot be read (${codeOf(error)})`, error);
  }
  return bytes.subarray(0, length);
}

function decode(path: string, bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) throw invalid(path, `longer than ${MAX_DOCUMENT_LENGTH} characters`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid(path, "is not UTF-8", error);
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown cause";
}

function invalid(file: string, message: string, cause?: unknown): PolicyDocumentInvalidError {
  return new PolicyDocumentInvalidError([{ file, path: "", message }], { cause });
}
