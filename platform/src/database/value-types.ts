import pg from 'pg';
import { type RawBuilder, sql } from 'kysely';

type Parse = (text: string) => unknown;

const OID = { int8: 20, date: 1082, timestamp: 1114, timestamptz: 1184, interval: 1186 } as const;
const ARRAY_OID = { int8: 1016, date: 1182, timestamp: 1115, timestamptz: 1185, interval: 1187 } as const;

/** The driver's own parser of `text[]`. Its types name scalar types only. */
const parseTextArray = (pg.types.getTypeParser as (oid: number) => (text: string) => (string | null)[])(1009);

const asIs: Parse = (text) => text;

/**
 * `2026-01-02 03:04:05.678901+00` as RFC 3339 in UTC: milliseconds always, finer digits when there are any, so that a
 * time read can be compared with the row it came from. Sessions run in UTC.
 */
export function timestampText(text: string): string {
  const parts = TIMESTAMP.exec(text);
  if (parts === null) return text;
  const [, day, time, fraction = ''] = parts;
  return `${day}T${time}.${fraction.padEnd(3, '0')}Z`;
}

const TIMESTAMP = /^(\d{4,6}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(?:\+00)?$/;

const PARSERS = new Map<number, Parse>([
  [OID.int8, BigInt],
  [OID.date, asIs],
  [OID.timestamp, timestampText],
  [OID.timestamptz, timestampText],
  [OID.interval, asIs],
  [ARRAY_OID.int8, arrayOf(BigInt)],
  [ARRAY_OID.date, arrayOf(asIs)],
  [ARRAY_OID.timestamp, arrayOf(timestampText)],
  [ARRAY_OID.timestamptz, arrayOf(timestampText)],
  [ARRAY_OID.interval, arrayOf(asIs)],
]);

function arrayOf(parse: Parse): Parse {
  return (text) => {
    const items = parseTextArray(text);
    return items.map((item) => (item === null ? null : parse(item)));
  };
}

/** Parsers of our pools only: int8 as bigint, times and intervals as text. The driver's global table stays as it is. */
export const VALUE_TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary'): Parse =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ??
    (pg.types.getTypeParser(oid, format) as Parse)) as typeof pg.types.getTypeParser,
};

/**
 * A JSON parameter. Without it the driver turns an array into a PostgreSQL array and the statement fails.
 * The value must not hold U+0000, which jsonb cannot store; nor does it store half a character, which a text of somebody
 * else has that was cut to a length: it becomes U+FFFD.
 */
export function json(value: unknown): RawBuilder<unknown> {
  const text = JSON.stringify(value);
  return sql`cast(${text.includes('\\ud') ? text.replaceAll(HALF, markOf) : text} as jsonb)`;
}

/** What `JSON.stringify` makes of a lone surrogate; an escaped backslash before the same letters is found first. */
const HALF = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;
const markOf = (escape: string): string => (escape === '\\\\' ? escape : '\\ufffd');
