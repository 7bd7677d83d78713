import { assertKnownOptions } from "@car/ir/internal";
import type { Clock, IdSource } from "@car/ir/ports";
import type { CueLists } from "../cues/cue-lists.js";
import { ENGLISH_CUES } from "../cues/english.js";
import { createCueReader } from "../cues/read-cues.js";
import { type AuthorityScale, authorityRanks, DEFAULT_AUTHORITIES } from "../model/authority.js";
import { createVocabulary } from "../text/vocabulary.js";
import type { Core, ImpliedOptions } from "./core.js";
import { createStore } from "./store.js";

/** What a host decides about what is remembered and how it is read. All but `clock` and `ids` has a default. */
export interface CoreOptions {
  readonly clock: Pick<Clock, "now">;
  readonly ids: IdSource;
  readonly authorities?: AuthorityScale;
  /** Replaces lists of the English cues. */
  readonly cues?: Partial<CueLists>;
  /** Default `{mode: "apply", threshold: 0.5, revive: false}`. */
  readonly implied?: Partial<ImpliedOptions>;
  /** Longest statement or turn. Default 2 MiB. */
  readonly maxBytes?: number;
  readonly stem?: (word: string) => string;
  readonly stopWords?: readonly string[];
}

const IMPLIED: ImpliedOptions = { mode: "apply", threshold: 0.5, revive: false };
const ID_BYTES = 8;

/** An empty memory's core. @throws `CAR_CONFIG_INVALID` for a cue that is no regular expression. */
export function createCore(options: CoreOptions): Core {
  assertKnownOptions(options.implied, Object.keys(IMPLIED), "implied");
  assertKnownOptions(options.cues, Object.keys(ENGLISH_CUES), "cues");
  let last = -Infinity;
  return {
    store: createStore(createVocabulary(options)),
    cues: createCueReader({ ...ENGLISH_CUES, ...options.cues }),
    rankOf: authorityRanks(options.authorities ?? DEFAULT_AUTHORITIES),
    now: () => {
      last = Math.max(last, options.clock.now());
      return last;
    },
    newId: () => options.ids.hex(ID_BYTES),
    maxBytes: options.maxBytes ?? 2 * 1_024 * 1_024,
    implied: { ...IMPLIED, ...options.implied },
    announced: new Map(),
    announcing: new Map(),
    revision: 0,
  };
}
