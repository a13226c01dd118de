import type { Purl } from '../types.ts';
import { ruleOf, type TypeRule } from './type-rules.ts';

export type PurlResult = { readonly ok: true; readonly purl: Purl } | { readonly ok: false; readonly message: string };

/** Parts of a purl as a caller has them; `null` and the empty text mean the same as absent. */
export interface PurlParts {
  readonly type?: string | null | undefined;
  readonly namespace?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly version?: string | null | undefined;
  readonly qualifiers?: Readonly<Record<string, string | null | undefined>> | null | undefined;
  readonly subpath?: string | null | undefined;
}

const TYPE = /^[a-z][a-z0-9.-]*$/;
const KEY = /^[a-z][a-z0-9._-]*$/;

/** Keys that the specification gives to every type. */
const COMMON_KEYS = new Set(['repository_url', 'download_url', 'vcs_url', 'file_name', 'checksum', 'vers']);

const GIT_HOSTS_WITHOUT_CASE = new Set(['github', 'github.com', 'bitbucket', 'bitbucket.org']);

/**
 * Validates decoded parts by the general grammar and the rules of their type, and gives the normalised purl.
 *
 * Source: ECMA-427 sections 5 and 6; purl-spec `types/*-definition.json`.
 */
export function buildPurl(parts: PurlParts): PurlResult {
  const type = (parts.type ?? '').toLowerCase();
  if (!TYPE.test(type)) return invalid(type === '' ? 'the type is missing' : `"${clip(type)}" is not a type`);
  const rule = ruleOf(type);
  const lower = (part: 'namespace' | 'name' | 'version', text: string) =>
    rule.lower?.includes(part) === true ? text.toLowerCase() : text;

  const qualifiers = readQualifiers(rule, parts.qualifiers ?? {});
  if (typeof qualifiers === 'string') return invalid(qualifiers);
  if (rule.requiredQualifier !== undefined && !qualifiers.has(rule.requiredQualifier)) {
    return invalid(`a ${type} purl needs the qualifier "${rule.requiredQualifier}"`);
  }

  const place = splitPlace(type, parts.namespace ?? '', parts.name ?? '');
  let namespace = lower('namespace', place.namespace);
  namespace = rule.normalizeNamespace?.(namespace) ?? namespace;
  if (rule.namespace === 'required' && namespace === '') return invalid(`a ${type} purl needs a namespace`);
  if (rule.namespace === 'prohibited' && namespace !== '') return invalid(`a ${type} purl has no namespace`);

  let name = lower('name', place.name);
  name = rule.normalizeName?.(name, qualifiers) ?? name;
  if (name === '') return invalid('the name is missing');

  const version = lower('version', parts.version ?? '');
  const fault = rule.check?.(name, version === '' ? undefined : version);
  if (fault !== undefined) return invalid(fault);

  const subpath = normalizeSubpath(parts.subpath ?? '');
  return {
    ok: true,
    purl: {
      type,
      ...(namespace === '' ? {} : { namespace }),
      name,
      ...(version === '' ? {} : { version }),
      ...(qualifiers.size === 0 ? {} : { qualifiers: toRecord(qualifiers) }),
      ...(subpath === '' ? {} : { subpath }),
    },
  };
}

/**
 * Checked keys without empty values, or a sentence. Keys are lower-case; as the suite wants it, one that the type or
 * the specification defines is known in any case, and an unknown one in another case is refused.
 */
function readQualifiers(
  rule: TypeRule,
  given: Readonly<Record<string, string | null | undefined>>,
): Map<string, string> | string {
  const qualifiers = new Map<string, string>();
  for (const givenKey of Object.keys(given)) {
    const lowered = givenKey.toLowerCase();
    const key = COMMON_KEYS.has(lowered) || rule.qualifiers?.includes(lowered) === true ? lowered : givenKey;
    if (!KEY.test(key)) return `"${clip(givenKey)}" is not a qualifier key`;
    if (qualifiers.has(key)) return `the qualifier "${clip(key)}" is given twice`;
    const value = given[givenKey] ?? '';
    if (value !== '') qualifiers.set(key, value);
  }
  return qualifiers;
}

/** Namespace without empty segments, and name. A git purl is one host and then the whole path. */
function splitPlace(type: string, namespace: string, name: string): { namespace: string; name: string } {
  const segments = namespace.split('/').filter((segment) => segment !== '');
  if (type !== 'git' || name === '') return { namespace: segments.join('/'), name };
  const [host = '', ...path] = segments;
  const whole = [...path, ...name.split('/').filter((segment) => segment !== '')].join('/');
  return { namespace: host, name: GIT_HOSTS_WITHOUT_CASE.has(host) ? whole.toLowerCase() : whole };
}

function normalizeSubpath(subpath: string): string {
  return subpath
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
    .join('/');
}

/** A record without prototype: keys come from outside. */
function toRecord(entries: ReadonlyMap<string, string>): Record<string, string> {
  const record = Object.create(null) as Record<string, string>;
  for (const key of [...entries.keys()].sort()) record[key] = entries.get(key) ?? '';
  return record;
}

function invalid(message: string): PurlResult {
  return { ok: false, message };
}

function clip(text: string): string {
  return text.slice(0, 60);
}
