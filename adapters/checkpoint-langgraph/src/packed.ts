import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";

/** A serialized value as JSON: what the serializer called its type, and its bytes. */
export interface Packed {
  readonly type: string;
  readonly base64: string;
}

export async function pack(serde: SerializerProtocol, value: unknown): Promise<Packed> {
  const [type, bytes] = await serde.dumpsTyped(value);
  return { type, base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}

export function unpack(serde: SerializerProtocol, { type, base64 }: Packed): Promise<unknown> {
  return serde.loadsTyped(type, Buffer.from(base64, "base64"));
}

export function isSamePacked(left: Packed, right: Packed): boolean {
  return left.type === right.type && left.base64 === right.base64;
}
