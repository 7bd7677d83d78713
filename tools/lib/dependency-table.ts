/** What one group of packages may import at run time. A new edge is a change of this table, and an ADR first. */
export interface Allowed {
  /** Which packages the row is for; the first row that matches counts. */
  readonly folder: RegExp;
  /** Packages of this workspace; `published` is any of them through its exports map. */
  readonly internal: "published" | readonly string[];
  /** Packages from outside: a closed list, anything the package declares, or its peer dependencies alone. */
  readonly external: "declared" | "peers" | readonly string[];
  /** True when everything outside `src/node` must run in a browser too. */
  readonly browser: boolean;
  /** More packages of this workspace, for the few files that put the parts together. Prefixes below the package. */
  readonly composition?: { readonly files: readonly string[]; readonly internal: readonly string[] };
}

export const ALLOWED: readonly Allowed[] = [
  { folder: /^packages\/ir$/, internal: [], external: ["zod", "@noble/hashes", "uuid"], browser: true },
  // It is made of what a runtime offers to anybody.
  { folder: /^packages\/agent$/, internal: ["@car/ir", "@car/engine"], external: "declared", browser: true },
  // Everything in it is for Node.
  { folder: /^packages\/files$/, internal: [], external: [], browser: false },
  {
    folder: /^packages\/engine$/,
    internal: ["@car/ir"],
    external: "declared",
    browser: true,
    composition: {
      files: ["src/create-runtime.ts", "src/defaults/", "src/node/"],
      internal: ["@car/approvals", "@car/eventlog", "@car/files", "@car/state", "@car/validator"],
    },
  },
  {
    folder: /^packages\/(approvals|eventlog|memgine)$/,
    internal: ["@car/ir"],
    external: "declared",
    browser: true,
    composition: { files: ["src/node/"], internal: ["@car/files"] },
  },
  {
    folder: /^packages\/(state|policy|validator|inference|conformance)$/,
    internal: ["@car/ir"],
    external: "declared",
    browser: true,
  },
  // What reads from memory keeps its state as the store in memory does.
  {
    folder: /^adapters\/state-sqlite$/,
    internal: ["@car/ir", "@car/state"],
    external: "peers",
    browser: false,
  },
  // It writes files as everything here does.
  { folder: /^adapters\/undo-fs$/, internal: ["@car/ir", "@car/files"], external: "peers", browser: false },
  // It takes only what a runtime takes, and has to know that before.
  { folder: /^adapters\/tools-mcp$/, internal: ["@car/ir", "@car/validator"], external: "peers", browser: false },
  { folder: /^adapters\/[a-z]+-[a-z0-9-]+$/, internal: ["@car/ir"], external: "peers", browser: false },
  { folder: /^(apps\/[^/]+|benches)$/, internal: "published", external: "declared", browser: false },
  { folder: /^tools$/, internal: "published", external: "declared", browser: false },
];

/** Whether a package's main entry must run in a browser; one without a row must. */
export function isForBrowsers(folder: string): boolean {
  return ALLOWED.find((row) => row.folder.test(folder))?.browser !== false;
}
