import {
  AppError,
  decode,
  digestOf,
  formatPlace,
  isObject,
  parseJson,
  type Timestamp,
  type Violation,
} from '@stella-ops/engine-kernel';
import type { Advisory, AffectedPackage, RangeEvent, Severity, VersionRange } from '../types.ts';
import { type OsvAffected, OsvRecord, type OsvRange } from './osv-shape.ts';
import { normaliseName } from './package-name.ts';

/** The largest record of the public databases is far below this. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_SUMMARY = 4_096;
const MAX_SEVERITIES = 100;

/** Stands where a record does not say when it was changed, so that any dated version of it is newer. */
const NEVER: Timestamp = '0001-01-01T00:00:00.000Z';

export type OsvResult =
  | { readonly ok: true; readonly advisory: Advisory }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/**
 * Reads one OSV record (OSV schema 1.7, JSON, UTF-8). Taken leniently: missing `modified`, `null` for a list, severities
 * in no known form, blocks without a package (they name no package and are left out), unknown members. Everything that
 * decides a match must be as the schema says.
 *
 * @param raw the record's bytes; their digest is the record's identity
 * @param file where it came from, for messages
 * @returns the record, or everything that is wrong with it; nothing is thrown
 */
export function readOsv(raw: Uint8Array, file: string): OsvResult {
  let document: unknown;
  try {
    document = parseJson(raw, file, { maxBytes: MAX_RECORD_BYTES, maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { file: _, ...inside } = error.place ?? {};
    const place = formatPlace(inside);
    return {
      ok: false,
      violations: [
        { pointer: '', message: place === '' ? error.message : `${error.message} at ${place} of the record` },
      ],
    };
  }
  const decoded = decode(OsvRecord, document);
  if (!decoded.ok) return decoded;
  const record = decoded.value;
  const ownSeverities = readSeverities(record.severity);
  return {
    ok: true,
    advisory: {
      id: record.id,
      digest: digestOf(raw),
      modified: record.modified ?? record.published ?? NEVER,
      ...(record.published !== undefined && { published: record.published }),
      ...(record.withdrawn !== undefined && { withdrawn: record.withdrawn }),
      aliases: record.aliases ?? [],
      upstream: record.upstream ?? [],
      ...(isSummary(record.summary) && { summary: record.summary }),
      severities: ownSeverities.length > 0 ? ownSeverities : readSeverityWord(record.database_specific),
      affected: (record.affected ?? []).flatMap((block) => readAffected(block)),
    },
  };
}

const isSummary = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_SUMMARY && value.isWellFormed();

function readAffected(block: OsvAffected): AffectedPackage[] {
  if (block.package === undefined) return [];
  const { ecosystem, name } = block.package;
  return [
    {
      ecosystem,
      name: normaliseName(ecosystem, name),
      ranges: (block.ranges ?? []).map((range) => readRange(range)),
      versions: block.versions ?? [],
      severities: readSeverities(block.severity),
    },
  ];
}

const EVENT_KINDS = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

function readRange(range: OsvRange): VersionRange {
  const events: RangeEvent[] = [];
  for (const event of range.events ?? []) {
    // Early records hold `{introduced, fixed}` in one object.
    for (const kind of EVENT_KINDS) {
      const version = event[kind];
      if (version !== undefined) events.push({ kind, version });
    }
  }
  return { type: range.type, events };
}

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 512 && value.isWellFormed();

function readSeverities(value: unknown): Severity[] {
  if (!Array.isArray(value)) return [];
  const severities: Severity[] = [];
  for (const one of (value as unknown[]).slice(0, MAX_SEVERITIES)) {
    if (isObject(one) && isShortText(one['type']) && isShortText(one['score'])) {
      severities.push({ type: one['type'], score: one['score'] });
    }
  }
  return severities;
}

/** GitHub and others say `"database_specific": {"severity": "HIGH"}` where they have no vector. */
function readSeverityWord(value: unknown): Severity[] {
  const word = isObject(value) && Object.hasOwn(value, 'severity') ? value['severity'] : undefined;
  return isShortText(word) ? [{ type: 'database_specific', score: word }] : [];
}
