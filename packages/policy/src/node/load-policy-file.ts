import { open } from "node:fs/promises";
import { PolicyDocumentInvalidError } from "@car/ir";
import { MAX_DOCUMENT_LENGTH, parsePolicyDocument, type PolicyFormat } from "../document/parse-policy-document.js";
import type { PolicyDocument } from "../document/policy-document.js";

/** No UTF-16 unit takes more bytes of UTF-8. */
const MAX_BYTES = MAX_DOCUMENT_LENGTH * 3;

/**
 * Reads and checks a policy file; its ending says what it is written in: `.yaml`, `.yml`, `.toml` or `.json`.
 * @throws `PolicyDocumentInvalidError` (as a rejection) when it cannot be read or is not a policy.
 */
export async function loadPolicyFile(path: string): Promise<PolicyDocument> {
  const format = formatOf(path);
  if (format === undefined) throw invalid(path, "a policy file ends in .yaml, .yml, .toml or .json");
  return parsePolicyDocument(decode(path, await readBytes(path)), { format, file: path });
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
