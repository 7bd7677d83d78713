import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonInvalidError } from "../errors/plain-errors.js";
import { canonicalJson } from "../json/canonical-json.js";
import { jsonEqual } from "../json/json-equal.js";
import { anyJson, anyText, LAW } from "../testing/arbitrary-json.js";
import { contentHash, sha256Hex } from "./content-hash.js";

describe("sha256Hex", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("[IR-3] gives the published hash of %j", (text, hash) => {
    expect(sha256Hex(text)).toBe(hash);
  });

  it("[IR-3] agrees with another implementation on any text", () => {
    const law = fc.property(
      anyText,
      (text) => sha256Hex(text) === createHash("sha256").update(text, "utf8").digest("hex"),
    );
    fc.assert(law, LAW);
  });

  it("[IR-3] refuses a lone surrogate, which has no UTF-8 form", () => {
    expect(() => sha256Hex("a\ud83d")).toThrow(JsonInvalidError);
  });
});

describe("contentHash", () => {
  it("[IR-3] is the hash of the canonical JSON", () => {
    expect(contentHash({ b: -0, a: 1e21 })).toBe(sha256Hex('{"a":1e+21,"b":0}'));
  });

  it("[IR-3] is the same for two values if and only if they are equal as JSON", () => {
    const law = fc.property(anyJson, anyJson, (left, right) => {
      const isSame = contentHash(left) === contentHash(right);
      return isSame === jsonEqual(left, right) && isSame === (canonicalJson(left) === canonicalJson(right));
    });
    fc.assert(law, LAW);
  });
});
