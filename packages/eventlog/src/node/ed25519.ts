import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { ConfigInvalidError } from "@car/ir";
import type { HeadSigner, HeadVerifier } from "../chain/head-signature.js";

/**
 * Signs heads with an Ed25519 private key in PEM (PKCS 8).
 * @throws `CAR_CONFIG_INVALID` when it is not one.
 */
export function ed25519Signer(privateKeyPem: string): HeadSigner {
  const key = ed25519Key(() => createPrivateKey(privateKeyPem));
  return (message) => new Uint8Array(sign(null, message, key));
}

/**
 * Verifies heads with an Ed25519 public key in PEM (SPKI).
 * @throws `CAR_CONFIG_INVALID` when it is not one.
 */
export function ed25519Verifier(publicKeyPem: string): HeadVerifier {
  const key = ed25519Key(() => createPublicKey(publicKeyPem));
  return (message, signature) => verify(null, message, key, signature);
}

function ed25519Key(parse: () => ReturnType<typeof createPublicKey>): ReturnType<typeof createPublicKey> {
  let key;
  try {
    key = parse();
  } catch (cause) {
    throw new ConfigInvalidError("the key is not PEM", { cause });
  }
  if (key.asymmetricKeyType !== "ed25519") throw new ConfigInvalidError("the key is not an Ed25519 key");
  return key;
}
