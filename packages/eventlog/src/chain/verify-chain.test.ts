import { generateKeyPairSync } from "node:crypto";
import { LogCorruptError, type CarEvent } from "@car/ir";
import { beforeAll, describe, expect, it } from "vitest";
import { ed25519Signer, ed25519Verifier } from "../node/ed25519.js";
import { nodeSha256 } from "../node/node-sha256.js";
import { sampleEvents } from "../testing/sample-log.js";
import { eventHash, GENESIS_HASH } from "./event-hash.js";
import { signHead, verifyHead } from "./head-signature.js";
import { verifyChain } from "./verify-chain.js";

let events: CarEvent[];
let head: { seq: number; hash: string };

beforeAll(async () => {
  events = await sampleEvents([
    { kind: "proposal_received", run: 0, data: { principal: "ann", secret: "s" } },
    { kind: "action_executing", run: 0, action: "fetch", attempt: 1 },
    { kind: "action_succeeded", run: 0, action: "fetch", attempt: 1, data: { output: 1 } },
    { kind: "proposal_completed", run: 0, data: { status: "committed" } },
  ]);
  head = { seq: 4, hash: events[3]?.hash ?? "" };
});

/** The events with one of them changed, and its hash made right again: what somebody would do who knows the rules. */
function forged(index: number, change: object): CarEvent[] {
  return events.map((event, at) => {
    if (at !== index) return event;
    const edited: CarEvent = { ...event, ...change };
    return { ...edited, hash: eventHash(edited) };
  });
}

function at(index: number): CarEvent {
  return events[index] as CarEvent;
}

describe("verifyChain", () => {
  it("[EL-20] [7.5] accepts an untouched log, by head or by bare hash", async () => {
    const report = { valid: true, events: 4, from: 1, head, complete: true, withheld: 0 };
    expect(await verifyChain(events)).toEqual(report);
    expect(await verifyChain(events, { head })).toEqual(report);
    expect(await verifyChain(events, { head: head.hash })).toEqual(report);
    expect(await verifyChain(events, { head, sha256: nodeSha256 })).toEqual(report);
  });

  it("[EL-20] an empty log has the empty head", async () => {
    const empty = { seq: 0, hash: GENESIS_HASH };
    expect(await verifyChain([], { head: empty })).toMatchObject({ valid: true, events: 0, from: 1, head: empty });
    expect(await verifyChain([], { head })).toMatchObject({ valid: false, problem: { code: "truncated", seq: 1 } });
  });

  it.each<[what: string, change: (log: readonly CarEvent[]) => readonly CarEvent[], problem: string]>([
    ["a changed field", (log) => log.toSpliced(1, 1, { ...at(1), attempt: 2 }), "hash_mismatch at 2"],
    ["a changed payload", (log) => log.toSpliced(2, 1, { ...at(2), data: { output: 2 } }), "hash_mismatch at 3"],
    ["an added field", (log) => log.toSpliced(1, 1, Object.assign({}, at(1), { note: "x" })), "hash_mismatch at 2"],
    ["a removed first event", (log) => log.slice(1), "start_missing at 2"],
    ["a removed event", (log) => log.toSpliced(1, 1), "sequence_broken at 3"],
    ["a repeated event", (log) => log.toSpliced(1, 0, at(1)), "sequence_broken at 2"],
    ["two events in the wrong order", (log) => [at(0), at(2), at(1), ...log.slice(3)], "sequence_broken at 3"],
    ["a missing end", (log) => log.slice(0, 3), "truncated at 4"],
    ["a forged event", () => forged(1, { kind: "action_failed" }), "link_broken at 3"],
    ["a forged last event", () => forged(3, { data: { status: "rolled_back" } }), "head_mismatch at 4"],
    ["a forged start", () => forged(0, { prev_hash: "1".repeat(64) }), "link_broken at 1"],
    ["something that is no event", (log) => log.toSpliced(1, 1, null as unknown as CarEvent), "malformed_event at 2"],
    ["a sequence that is a text", () => forged(1, { seq: "2" }), "malformed_event at 2"],
    ["a payload that is an array", () => forged(1, { data: [] }), "malformed_event at 2"],
    [
      "a payload that is not JSON",
      (log) => log.toSpliced(2, 1, { ...at(2), data: { n: NaN } }),
      "malformed_event at 3",
    ],
  ])("[EL-20] [7.5] finds %s", async (_what, change, found) => {
    const report = await verifyChain(change(events), { head });
    expect(report.valid).toBe(false);
    expect(`${report.problem?.code} at ${report.problem?.seq}`).toBe(found);
  });

  it("[EL-20] [7.5] events after the head are not covered by it", async () => {
    const report = await verifyChain(events, { head: { seq: 3, hash: at(2).hash } });
    expect(report.problem).toMatchObject({ code: "head_mismatch", message: "events follow the head 3" });
  });

  it("[EL-20] without a head a missing end is not seen, and the report says where it stopped", async () => {
    expect(await verifyChain(events.slice(0, 3))).toMatchObject({ valid: true, head: { seq: 3, hash: at(2).hash } });
  });

  it("[EL-21] [7.5] a part of a log is valid only where a part is allowed, and never complete", async () => {
    expect(await verifyChain(events.slice(2), { head, partial: true })).toMatchObject({
      valid: true,
      complete: false,
      from: 3,
      events: 2,
    });
    expect((await verifyChain(events.slice(2), { head })).problem).toMatchObject({ code: "start_missing", seq: 3 });
  });

  it("[EL-25] a damaged source is a finding, any other failure is not the verifier's to judge", async () => {
    async function* broken(error: Error): AsyncGenerator<CarEvent> {
      yield at(0);
      throw error;
    }
    const report = await verifyChain(broken(new LogCorruptError("line 2: not JSON")));
    expect(report).toMatchObject({ valid: false, events: 1, problem: { code: "unreadable", seq: 2 } });
    await expect(verifyChain(broken(new RangeError("disk on fire")))).rejects.toThrow("disk on fire");
  });
});

describe("withheld payloads", () => {
  const digestOf = (event: CarEvent): string => nodeSha256(JSON.stringify(event.data));

  it("[EL-22] [7.4] an erased payload leaves the chain whole, and is counted", async () => {
    const erased = events.toSpliced(2, 1, { ...at(2), data: {}, data_digest: digestOf(at(2)) });
    expect(await verifyChain(erased, { head })).toMatchObject({ valid: true, withheld: 1 });
  });

  it("[EL-22] [7.4] an erased payload with a wrong digest is found", async () => {
    const erased = events.toSpliced(2, 1, { ...at(2), data: {}, data_digest: "1".repeat(64) });
    expect((await verifyChain(erased, { head })).problem).toMatchObject({ code: "hash_mismatch", seq: 3 });
  });

  it("[EL-23] [7.4] another payload than the sealed one is found, unless redaction is allowed", async () => {
    const redacted = events.toSpliced(2, 1, { ...at(2), data: { output: 9 }, data_digest: digestOf(at(2)) });
    expect((await verifyChain(redacted, { head })).problem).toMatchObject({ code: "payload_replaced", seq: 3 });
    expect(await verifyChain(redacted, { head, redacted: true })).toMatchObject({ valid: true, withheld: 1 });
  });

  it("[EL-23] a digest that says nothing is an edit too", async () => {
    const marked = events.toSpliced(1, 1, { ...at(1), data_digest: digestOf(at(1)) });
    expect((await verifyChain(marked, { head })).problem).toMatchObject({ code: "malformed_event", seq: 2 });
  });
});

describe("signed heads", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const verifySignature = ed25519Verifier(publicKey);

  it("[EL-24] [7.5] a signature verifies for its head and no other", async () => {
    const signed = await signHead(head, ed25519Signer(privateKey));
    expect(await verifyHead(signed, verifySignature)).toBe(true);
    expect(await verifyHead({ ...signed, seq: 3 }, verifySignature)).toBe(false);
    expect(await verifyHead(head, verifySignature)).toBe(false);
    expect(await verifyChain(events, { head: signed, verifySignature })).toMatchObject({ valid: true });
  });

  it("[EL-24] [7.5] a missing, wrong or oddly spelled signature makes the chain invalid", async () => {
    const { signature = "" } = await signHead(head, ed25519Signer(privateKey));
    const spelled =
      signature.slice(0, -1) + (signature.endsWith("A") ? "B" : String.fromCharCode(signature.charCodeAt(85) + 1));
    for (const wrong of [undefined, "", "a", `${signature}=`, spelled, "A".repeat(86)]) {
      const given = wrong === undefined ? head : { ...head, signature: wrong };
      const report = await verifyChain(events, { head: given, verifySignature });
      expect(report.problem).toMatchObject({ code: "signature_invalid" });
    }
    expect((await verifyChain(events, { verifySignature })).problem).toMatchObject({ code: "signature_invalid" });
  });

  it("[EL-24] a key of another kind is refused when it is given", () => {
    const rsa = generateKeyPairSync("rsa", {
      modulusLength: 1024,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    expect(() => ed25519Signer(rsa.privateKey)).toThrow("not an Ed25519 key");
    expect(() => ed25519Verifier("nonsense")).toThrow("not PEM");
  });
});
