import type { LogHead } from "@car/ir/ports";
import { base64urlOf, bytesOfBase64url } from "./base64url.js";

/** Makes an Ed25519 signature; `ed25519Signer` of `@car/eventlog/node` gives one. */
export type HeadSigner = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Checks an Ed25519 signature; `ed25519Verifier` of `@car/eventlog/node` gives one. */
export type HeadVerifier = (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

/** The head with a signature over `"<seq>:<hash>"`. An older signature is replaced. */
export async function signHead({ seq, hash }: LogHead, sign: HeadSigner): Promise<LogHead> {
  return { seq, hash, signature: base64urlOf(await sign(messageOf({ seq, hash }))) };
}

/** True when the head carries a signature that `verify` accepts. */
export async function verifyHead(head: LogHead, verify: HeadVerifier): Promise<boolean> {
  const signature = head.signature === undefined ? undefined : bytesOfBase64url(head.signature);
  return signature !== undefined && (await verify(messageOf(head), signature));
}

function messageOf({ seq, hash }: LogHead): Uint8Array {
  return new TextEncoder().encode(`${seq}:${hash}`);
}
