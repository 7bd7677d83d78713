import { seededRandom } from "@car/conformance";
import { createMemgine } from "@car/memgine";
import { create, insert, search } from "@orama/orama";
import MiniSearch from "minisearch";
import { phrase } from "./scale.js";

/** One library on the same texts and the same queries, in processor time. */
export interface PeerFigures {
  readonly name: string;
  readonly documents: number;
  readonly build_per_s: number;
  readonly query_mean_ms: number;
}

interface Side {
  readonly name: string;
  add(id: string, text: string): void | Promise<void>;
  find(query: string): unknown;
}

const QUERIES = 60;

/** Search by words only: what the peers do. */
export async function measurePeers(documents: number): Promise<readonly PeerFigures[]> {
  const figures: PeerFigures[] = [];
  for (const side of [ours(), miniSearch(), orama()]) figures.push(await measure(side, documents));
  return figures;
}

async function measure(side: Side, documents: number): Promise<PeerFigures> {
  const random = seededRandom(17);
  const texts = Array.from({ length: documents }, () => phrase(random, 10));
  const queries = Array.from({ length: QUERIES }, () => phrase(random, 6));
  const started = processorMs();
  for (const [at, text] of texts.entries()) await side.add(`d${at}`, text);
  const built = processorMs();
  for (const query of queries.slice(0, 10)) await side.find(query);
  const warm = processorMs();
  for (const query of queries) await side.find(query);
  const done = processorMs();
  return {
    name: side.name,
    documents,
    build_per_s: Math.round((documents / (built - started)) * 1_000),
    query_mean_ms: Math.round(((done - warm) / QUERIES) * 1_000) / 1_000,
  };
}

function ours(): Side {
  const memory = createMemgine({ clock: { now: () => 0 }, ids: { hex: () => "" } });
  return {
    name: "@car/memgine (words and links)",
    add: (id, value) => void memory.remember({ id, value }),
    find: (query) => memory.search(query),
  };
}

function miniSearch(): Side {
  const index = new MiniSearch<{ id: string; text: string }>({ fields: ["text"] });
  return { name: "minisearch", add: (id, text) => index.add({ id, text }), find: (query) => index.search(query) };
}

function orama(): Side {
  const database = create({ schema: { text: "string" } as const });
  return {
    name: "@orama/orama",
    add: async (id, text) => void (await insert(database, { id, text })),
    find: (term) => search(database, { term, limit: 10 }),
  };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
