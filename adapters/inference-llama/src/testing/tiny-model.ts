/** Tokens: the three special ones, then one for each byte. */
const SPECIAL = ["<unk>", "<s>", "</s>"] as const;
const END = 2;
const TOKENS = [
  ...SPECIAL,
  ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
];
/** Length of a token's vector; the text has fewer letters. */
const DIM = 32;

/** Numbers of the file format for the types of values. */
const TYPE = { uint32: 4, int32: 5, float32: 6, string: 8, array: 9 } as const;

/**
 * A GGUF file of a model of 30 kB that answers every question with `text`, whose letters differ: its layer adds nothing, so each
 * token alone decides on the next one.
 */
export function tinyModel(text: string): Buffer {
  const metadata = metadataOf();
  const tensors = tensorsOf([...Buffer.from(text)].map((byte) => byte + SPECIAL.length));
  const infos: Buffer[] = [];
  const bodies: Buffer[] = [];
  let offset = 0;
  for (const [name, dims, values] of tensors) {
    infos.push(string(name), uint32(dims.length), ...dims.map(uint64), uint32(0), uint64(offset));
    const body = padded(Buffer.from(values.buffer));
    bodies.push(body);
    offset += body.length;
  }
  const start = [Buffer.from("GGUF"), uint32(3), uint64(tensors.length), uint64(metadata.length)];
  const head = Buffer.concat([...start, ...metadata, ...infos]);
  return Buffer.concat([padded(head), ...bodies]);
}

function metadataOf(): readonly Buffer[] {
  const sizes = {
    "llama.context_length": 2_048,
    "llama.embedding_length": DIM,
    "llama.block_count": 1,
    "llama.feed_forward_length": DIM,
    "llama.attention.head_count": 2,
    "llama.attention.head_count_kv": 2,
    "llama.rope.dimension_count": DIM / 2,
    "llama.vocab_size": TOKENS.length,
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": END,
  };
  const kinds = TOKENS.map((_, token) => uint32(token === 0 ? 2 : token < SPECIAL.length ? 3 : 6));
  return [
    entry("general.architecture", TYPE.string, string("llama")),
    entry("tokenizer.ggml.model", TYPE.string, string("llama")),
    entry("llama.attention.layer_norm_rms_epsilon", TYPE.float32, float32(1e-5)),
    ...Object.entries(sizes).map(([name, size]) => entry(name, TYPE.uint32, uint32(size))),
    entry("tokenizer.ggml.tokens", TYPE.array, list(TYPE.string, TOKENS.map(string))),
    entry(
      "tokenizer.ggml.scores",
      TYPE.array,
      list(
        TYPE.float32,
        TOKENS.map(() => float32(0)),
      ),
    ),
    entry("tokenizer.ggml.token_type", TYPE.array, list(TYPE.int32, kinds)),
  ];
}

type Tensor = readonly [name: string, dims: readonly number[], values: Float32Array];

function tensorsOf(said: readonly number[]): readonly Tensor[] {
  // Direction 0 stands for every token that is not said, direction n for the n-th letter that is.
  const embeddings = new Float32Array(DIM * TOKENS.length);
  for (let token = 0; token < TOKENS.length; token++) embeddings[token * DIM + said.indexOf(token) + 1] = 1;
  const output = new Float32Array(DIM * TOKENS.length);
  for (const [place, token] of [...said, END].entries()) output[token * DIM + place] = 10;
  const ones = ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"];
  const zeros = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
  return [
    ["token_embd.weight", [DIM, TOKENS.length], embeddings],
    ["output.weight", [DIM, TOKENS.length], output],
    ...ones.map((name): Tensor => [`${name}.weight`, [DIM], new Float32Array(DIM).fill(1)]),
    ...zeros.map((name): Tensor => [`blk.0.${name}.weight`, [DIM, DIM], new Float32Array(DIM * DIM)]),
  ];
}

const entry = (name: string, type: number, value: Buffer): Buffer => Buffer.concat([string(name), uint32(type), value]);

const list = (type: number, values: readonly Buffer[]): Buffer =>
  Buffer.concat([uint32(type), uint64(values.length), ...values]);

const string = (text: string): Buffer => Buffer.concat([uint64(Buffer.byteLength(text)), Buffer.from(text)]);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
}
