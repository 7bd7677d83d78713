import { badAnswer } from "../failure/failure-of.js";
import { fieldsOf, textOf } from "../http/fields-of.js";
import { INFERENCE_LIMITS } from "../limits.js";
import { readArguments } from "./read-arguments.js";

/*
 * Streams say a tool call in pieces, each with the call's index, and its id and name in the first. So says the API; what
 * servers send lacks indexes or ids, has one index for several calls, or repeats ids, names and arguments in every piece.
 *
 * INVARIANT: a piece is added to a call only where that is certain. Where a piece could as well be another call, the answer
 * is refused: a payment made twice, or one that is lost, is worse than to ask again.
 */

/** A piece of a call. Every part may be missing. */
export interface CallPiece {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  /** What the service wants back with the call. */
  readonly extra?: unknown;
}

interface OpenCall {
  readonly index: number | undefined;
  id: string;
  readonly name: SaidName;
  readonly inputs: string[];
  extra: unknown;
}

/** A call's name as it came; what is kept of it does not grow with the number of its pieces. */
interface SaidName {
  pieces: number;
  /** All pieces one after the other, as far as a name that is offered reaches. */
  joined: string;
  longest: string;
  last: string;
  /** Whether each piece is a beginning of the longest one. */
  isGrown: boolean;
}

/** Puts the tool calls of one answer together. */
export class CallAssembler {
  private readonly model: string;
  /** Names of tools that the model may call: they tell a repeated name from one in two pieces. */
  private readonly offered: ReadonlySet<string>;
  /** Characters of a name in pieces that are looked at: one more than those of the longest tool. */
  private readonly maxName: number;
  private readonly open: OpenCall[] = [];
  private length = 0;

  constructor(model: string, offered: readonly string[]) {
    this.model = model;
    this.offered = new Set(offered);
    this.maxName = Math.max(MAX_NAME_CHARS, ...offered.map(({ length }) => length)) + 1;
  }

  /** Takes the pieces of one chunk. Two with a name in one chunk are of two calls. @throws `CAR_INFERENCE_FAILED` (`bad_answer`). */
  take(pieces: readonly CallPiece[]): void {
    const inChunk = new Set<OpenCall>();
    for (const piece of pieces) {
      const call = this.callOf(piece, inChunk) ?? this.opened(piece);
      inChunk.add(call);
      const input = inputOf(piece.arguments);
      call.id ||= textOf(piece.id) ?? "";
      call.extra ??= piece.extra;
      const name = textOf(piece.name);
      if (name !== undefined) addName(call.name, name, this.maxName);
      if (input !== "") call.inputs.push(input);
      this.length += input.length + (name?.length ?? 0);
      if (this.length > INFERENCE_LIMITS.maxAnswerChars) throw badAnswer(this.model, "its tool calls are too long");
    }
  }

  /** The calls in the order in which they began. @throws `CAR_INFERENCE_FAILED` (`bad_answer`) for a call without a name. */
  calls(): readonly Readonly<Record<string, unknown>>[] {
    const ids = new Set(this.open.map(({ id }) => id));
    return this.open.map((call, at) => {
      const name = this.nameOf(call);
      if (name === "") throw badAnswer(this.model, "a tool call has no name");
      const input = readArguments(inputText(call.inputs), { model: this.model, name });
      const extra = call.extra === undefined ? {} : { extra: call.extra };
      return { id: call.id || freshId(ids, at), name, arguments: input, ...extra };
    });
  }

  private opened({ index }: CallPiece): OpenCall {
    if (this.open.length >= INFERENCE_LIMITS.maxToolCalls) {
      throw badAnswer(this.model, `the answer has more than ${INFERENCE_LIMITS.maxToolCalls} tool calls`);
    }
    const call: OpenCall = { index: indexOf(index), id: "", name: noName(), inputs: [], extra: undefined };
    this.open.push(call);
    return call;
  }

  /** The call that a piece goes on with, or nothing when it begins one. */
  private callOf(piece: CallPiece, inChunk: ReadonlySet<OpenCall>): OpenCall | undefined {
    const id = textOf(piece.id);
    const index = indexOf(piece.index);
    const isThere = (call: OpenCall): boolean =>
      index === undefined || call.index === undefined || call.index === index;
    const sameId = id === undefined ? undefined : this.open.findLast((call) => call.id === id && isThere(call));
    const last = this.open.findLast(isThere);
    // Without a name, and with the id or the index of a call, a piece goes on with it; under an id of its own unless it is all there.
    if (textOf(piece.name) === undefined) {
      if (sameId !== undefined) return sameId;
      if (last !== undefined && last.index === index && index !== undefined && !isAnother(piece, last)) return last;
    }
    const found = sameId ?? (last !== undefined && (id === undefined || last.id === "") ? last : undefined);
    if (found === undefined || inChunk.has(found)) return undefined;
    return sameId === undefined && this.begins(piece, found) ? undefined : found;
  }

  /** Whether a piece with a name, and without the id of `call`, begins another call. */
  private begins(piece: CallPiece, call: OpenCall): boolean {
    const name = textOf(piece.name);
    const known = this.nameOf(call);
    // Ids come with the beginning: one that comes when there is more already is another call's.
    if (textOf(piece.id) !== undefined && call.inputs.length > 0) return true;
    if (name === undefined || known === "" || call.inputs.length === 0) return false;
    if (name !== known) return true;
    const input = inputOf(piece.arguments);
    // The piece first: to look at all that came before for each piece would take quadratic time.
    if (!isWhole(input) || !isWhole(inputText(call.inputs))) return false;
    if (input !== inputText(call.inputs)) return true;
    throw badAnswer(
      this.model,
      `it calls \`${known}\` twice with the same arguments and no id, or says one call twice`,
    );
  }

  /** The name, which came whole, in pieces, grown from piece to piece, or again and again. */
  private nameOf({ name: { pieces, joined, longest, last, isGrown } }: OpenCall): string {
    if (pieces < 2 || this.offered.has(joined)) return joined;
    return isGrown && last === longest ? last : joined;
  }
}

/** A name in pieces that is longer is nobody's. */
const MAX_NAME_CHARS = 1_000;

function noName(): SaidName {
  return { pieces: 0, joined: "", longest: "", last: "", isGrown: true };
}

function addName(said: SaidName, piece: string, maxChars: number): void {
  const [short, long] = piece.length > said.longest.length ? [said.longest, piece] : [piece, said.longest];
  said.isGrown &&= long.startsWith(short);
  said.longest = long;
  said.last = piece;
  said.joined = said.pieces === 0 ? piece : (said.joined + piece).slice(0, maxChars);
  said.pieces += 1;
}

/** Whether a piece has an id that is not that of `call`, and all arguments of a call. */
function isAnother(piece: CallPiece, call: OpenCall): boolean {
  const id = textOf(piece.id);
  return id !== undefined && id !== call.id && isWhole(inputOf(piece.arguments));
}

/** Arguments, which came whole, in pieces, grown from piece to piece, or once more at the end. */
function inputText(inputs: readonly string[]): string {
  const joined = inputs.join("");
  const last = inputs.at(-1) ?? "";
  if (inputs.length < 2 || isWhole(joined) || !isWhole(last)) return joined;
  const isGrown = inputs.every((input) => last.startsWith(input));
  return isGrown || inputs.slice(0, -1).join("") === last ? last : joined;
}

function isWhole(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function inputOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function indexOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function freshId(taken: Set<string>, at: number): string {
  let id = `call_${at + 1}`;
  while (taken.has(id)) id += "_";
  taken.add(id);
  return id;
}

/** A tool call of OpenAI's API, whole or a piece of one. */
export function openAiPiece(value: unknown): CallPiece {
  const { index, id, function: called, extra_content: extra } = fieldsOf(value);
  const { name, arguments: input } = fieldsOf(called);
  return { index, id, name, arguments: input, extra };
}
