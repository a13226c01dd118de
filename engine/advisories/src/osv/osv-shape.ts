import { parseTimestamp, shape as s, type Shape, type ShapeOf } from '@stella-ops/engine-kernel';

/** Corpora write `null` and empty lists where the schema wants a member left out. */
const nullable = <T>(shape: Shape<T>) =>
  s.optional<T | undefined>((value, pointer, violations) =>
    value === null ? undefined : shape(value, pointer, violations),
  );

/** Text that becomes part of a key or an answer: well-formed, without control characters, of bounded length. */
function plainText(max: number): Shape<string> {
  const bounded = s.string({ min: 1, max });
  return (value, pointer, violations) => {
    const text = bounded(value, pointer, violations);
    if (typeof text === 'string' && (!text.isWellFormed() || /[\u0000-\u001f\u007f]/.test(text))) {
      violations.push({ pointer, message: 'holds control characters or lone surrogates' });
    }
    return text;
  };
}

const time: Shape<string> = (value, pointer, violations) => {
  try {
    return parseTimestamp(String(value));
  } catch {
    violations.push({ pointer, message: 'expected an RFC 3339 time' });
    return '';
  }
};

const version = plainText(1_024);

const Event = s.object(
  {
    introduced: nullable(version),
    fixed: nullable(version),
    last_affected: nullable(version),
    limit: nullable(version),
  },
  'open',
);

const Range = s.object(
  { type: s.literal('SEMVER', 'ECOSYSTEM', 'GIT'), events: nullable(s.array(Event, { max: 10_000 })) },
  'open',
);

const Package = s.object({ ecosystem: plainText(256), name: plainText(1_024) }, 'open');

const Affected = s.object(
  {
    package: nullable(Package),
    ranges: nullable(s.array(Range, { max: 10_000 })),
    versions: nullable(s.array(version, { max: 200_000 })),
    severity: nullable(s.anything),
  },
  'open',
);

/**
 * The members of an OSV record that matching uses (OSV schema 1.7). What it uses must be right; what it does not use
 * may be anything; severities are read leniently by the reader, since a wrong one must not hide a vulnerability.
 */
export const OsvRecord = s.object(
  {
    id: plainText(256),
    modified: nullable(time),
    published: nullable(time),
    withdrawn: nullable(time),
    aliases: nullable(s.array(plainText(256), { max: 10_000 })),
    upstream: nullable(s.array(plainText(256), { max: 10_000 })),
    summary: nullable(s.anything),
    severity: nullable(s.anything),
    affected: nullable(s.array(Affected, { max: 100_000 })),
    database_specific: nullable(s.anything),
  },
  'open',
);

export type OsvAffected = ShapeOf<typeof Affected>;
export type OsvRange = ShapeOf<typeof Range>;
