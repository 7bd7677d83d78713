/** The pieces of a URI reference; an absent piece is `undefined`, an empty one is `""`. */
interface UriParts {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
}

const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/;

/** Splits at the first `#`. The fragment is `""` when there is none, which means the whole document. */
export function splitFragment(uri: string): { readonly document: string; readonly fragment: string } {
  const hash = uri.indexOf("#");
  if (hash === -1) return { document: uri, fragment: "" };
  return { document: uri.slice(0, hash), fragment: uri.slice(hash + 1) };
}

/**
 * Resolves a reference without a fragment against a base, as RFC 3986 section 5.2 says.
 * Neither needs to be absolute: a schema without `$id` has the base `""`.
 */
export function resolveUri(base: string, reference: string): string {
  const ref = partsOf(reference);
  if (ref.scheme !== undefined) return joined({ ...ref, path: withoutDots(ref.path) });
  const { scheme, authority, path, query } = partsOf(base);
  if (ref.authority !== undefined) return joined({ ...ref, scheme, path: withoutDots(ref.path) });
  if (ref.path === "") return joined({ scheme, authority, path, query: ref.query ?? query });
  return joined({ scheme, authority, path: withoutDots(mergedPath(base, ref.path)), query: ref.query });
}

function partsOf(uri: string): UriParts {
  const [, scheme, authority, path = "", query] = PARTS.exec(uri) ?? [];
  return { scheme, authority, path, query };
}

function mergedPath(base: string, path: string): string {
  if (path.startsWith("/")) return path;
  const { authority, path: basePath } = partsOf(base);
  if (authority !== undefined && basePath === "") return `/${path}`;
  return basePath.slice(0, basePath.lastIndexOf("/") + 1) + path;
}

/** Removes `.` and `..` steps. Only a path that has them is touched, so that URNs stay as written. */
function withoutDots(path: string): string {
  if (!/(?:^|\/)\.\.?(?:\/|$)/.test(path)) return path;
  const steps = path.split("/");
  const kept: string[] = [];
  for (const step of steps) {
    if (step === "..") {
      if (kept.length > 1 || (kept.length === 1 && kept[0] !== "")) kept.pop();
    } else if (step !== ".") kept.push(step);
  }
  const last = steps.at(-1);
  if (last === "." || last === "..") kept.push("");
  return kept.join("/");
}

function joined({ scheme, authority, path, query }: UriParts): string {
  const head = scheme === undefined ? "" : `${scheme}:`;
  const host = authority === undefined ? "" : `//${authority}`;
  return `${head}${host}${path}${query === undefined ? "" : `?${query}`}`;
}
