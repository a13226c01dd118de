import { buildPurl, type PurlResult } from './build-purl.ts';

/** Far above every real purl; keeps hostile documents from making us carry megabytes in a name. */
const MAX_LENGTH = 16_384;

/**
 * Reads a package URL and normalises it. What comes out is decoded; `formatPurl` gives its canonical text.
 * Taken in although not canonical: upper-case scheme and type, slashes after `pkg:`, an npm scope with a bare `@`.
 *
 * Source: ECMA-427 section 5.6 and the rules of the type (purl-spec `types/`).
 */
export function parsePurl(text: string): PurlResult {
  if (text.length > MAX_LENGTH) return { ok: false, message: `longer than ${MAX_LENGTH} characters` };
  const [beforeSubpath, subpath] = cutAtLast(text, '#');
  const [beforeQualifiers, query] = cutAtLast(beforeSubpath, '?');
  const colon = beforeQualifiers.indexOf(':');
  if (beforeQualifiers.slice(0, colon).toLowerCase() !== 'pkg') return invalid('a purl starts with "pkg:"');

  const rest = trimSlashes(beforeQualifiers.slice(colon + 1));
  const slash = rest.indexOf('/');
  if (slash === -1) return invalid('a purl has a type and a name: pkg:type/name');
  const [path, version] = cutVersion(rest.slice(slash + 1));
  // `name/@1.0` must stay a missing name and not become the last segment of the namespace.
  const lastSlash = path.lastIndexOf('/');

  const parts = {
    namespace: decode(path.slice(0, Math.max(lastSlash, 0))),
    name: decode(path.slice(lastSlash + 1)),
    version: decode(version),
    subpath: decode(subpath),
  };
  for (const [part, decoded] of Object.entries(parts)) {
    if (decoded === undefined) return invalid(`the ${part} is not valid percent-encoded UTF-8`);
  }
  const qualifiers = readQuery(query);
  if (typeof qualifiers === 'string') return invalid(qualifiers);
  return buildPurl({ type: rest.slice(0, slash), ...parts, qualifiers });
}

function cutAtLast(text: string, mark: string): [before: string, after: string] {
  const at = text.lastIndexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The version follows the last `@`, unless that opens a segment with more behind it: `@scope/name`. */
function cutVersion(path: string): [path: string, version: string] {
  const at = path.lastIndexOf('@');
  const opensScope = (at === 0 || path[at - 1] === '/') && path.includes('/', at);
  return at === -1 || opensScope ? [path, ''] : [path.slice(0, at), path.slice(at + 1)];
}

function trimSlashes(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === '/') start++;
  while (end > start && text[end - 1] === '/') end--;
  return text.slice(start, end);
}

function readQuery(query: string): Record<string, string> | string {
  const qualifiers = Object.create(null) as Record<string, string>;
  for (const pair of query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=');
    const key = equals === -1 ? pair : pair.slice(0, equals);
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    if (value === undefined) return `the qualifier "${key.slice(0, 60)}" is not valid percent-encoded UTF-8`;
    if (Object.hasOwn(qualifiers, key)) return `the qualifier "${key.slice(0, 60)}" is given twice`;
    qualifiers[key] = value;
  }
  return qualifiers;
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): PurlResult {
  return { ok: false, message };
}
