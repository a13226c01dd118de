import {
  AppError,
  parseTimestamp,
  type Shape,
  shape as s,
  type ShapeOf,
  type Timestamp,
} from '@stella-ops/engine-kernel';
import { VEX_JUSTIFICATIONS, VEX_STATUSES } from '../types.ts';

/**
 * OpenVEX 0.2.0 and, where they differ, 0.0.1: a vulnerability and products may be plain texts, subcomponents may stand
 * in the statement. Foreign documents: what we use is checked, the rest is left alone.
 */

const text = s.string({ max: 65_536 });
const identifier = s.string({ min: 1, max: 16_384 });

const timestamp: Shape<Timestamp> = (value, pointer, violations) => {
  const written = text(value, pointer, violations);
  if (typeof value !== 'string') return written;
  try {
    return parseTimestamp(value);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (violations.length < 100) violations.push({ pointer, message: 'expected an RFC 3339 time' });
    return value;
  }
};

const component = {
  '@id': s.optional(identifier),
  identifiers: s.optional(s.object({ purl: s.optional(identifier) }, 'open')),
  hashes: s.optional(s.record(text, { max: 100 })),
};

const subcomponent = s.either(identifier, s.object(component, 'open'));
const subcomponents = s.optional(s.array(subcomponent, { max: 100_000 }));
const product = s.either(identifier, s.object({ ...component, subcomponents }, 'open'));

const vulnerability = s.either(
  identifier,
  s.object(
    {
      '@id': s.optional(identifier),
      name: s.optional(identifier),
      aliases: s.optional(s.array(identifier, { max: 1_000 })),
    },
    'open',
  ),
);

export const statementShape = s.object(
  {
    vulnerability,
    status: s.literal(...VEX_STATUSES),
    products: s.optional(s.array(product, { max: 100_000 })),
    subcomponents,
    timestamp: s.optional(timestamp),
    justification: s.optional(s.literal('', ...VEX_JUSTIFICATIONS)),
    impact_statement: s.optional(text),
    action_statement: s.optional(text),
    status_notes: s.optional(text),
  },
  'open',
);

export const documentShape = s.object(
  {
    '@context': s.literal('https://openvex.dev/ns', 'https://openvex.dev/ns/v0.0.1', 'https://openvex.dev/ns/v0.2.0'),
    '@id': s.optional(identifier),
    author: s.optional(text),
    timestamp: s.optional(timestamp),
    statements: s.array(statementShape),
  },
  'open',
);

export type RawStatement = ShapeOf<typeof statementShape>;
export type RawProduct = ShapeOf<typeof product>;
export type RawComponent = ShapeOf<typeof subcomponent>;
