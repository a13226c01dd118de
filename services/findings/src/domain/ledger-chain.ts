import { canonicalJson, type Digest, digestOf, parseJson, shape as s, decode } from '@stella-ops/engine-kernel';
import type { EntryType, Occurrence } from './plan-projection.ts';
import type { Status } from './seen-finding.ts';

/** Hash before the first entry of a chain. */
export const CHAIN_START: Digest = `sha256:${'0'.repeat(64)}`;

/** Everything an entry says, and what its hash covers. */
export interface LedgerBody {
  readonly tenantId: string;
  /** 1 for the first, without gaps. */
  readonly sequence: number;
  readonly previous: Digest;
  readonly finding: {
    readonly id: string;
    readonly imageDigest: string;
    readonly vulnerability: string;
    readonly component: string;
  };
  readonly type: EntryType;
  /** When the decision was made; `recordedAt`: when it was written here. */
  readonly at: string;
  readonly recordedAt: string;
  readonly from: Status | null;
  readonly to: Status;
  readonly vexStatus: string | null;
  readonly verdict: string;
  readonly decisionId: string;
  readonly advisorySnapshot: string;
}

export interface LedgerRow {
  readonly sequence: bigint;
  readonly findingId: string;
  readonly body: string;
  readonly hash: Digest;
}

export interface ChainEnd {
  readonly sequence: bigint;
  readonly hash: Digest;
}

/** What the entries of one projection have in common. */
export interface LedgerOrigin {
  readonly tenantId: string;
  readonly imageDigest: string;
  readonly at: string;
  readonly recordedAt: string;
  readonly decisionId: string;
  readonly advisorySnapshot: string;
}

/** The rows that continue a chain, in the order of the occurrences. */
export function chainRows(end: ChainEnd, origin: LedgerOrigin, occurrences: readonly Occurrence[]): LedgerRow[] {
  const { tenantId, imageDigest, ...common } = origin;
  let { sequence, hash } = end;
  return occurrences.map(({ findingId, vulnerability, component, ...what }) => {
    sequence++;
    const body: LedgerBody = {
      tenantId,
      sequence: Number(sequence),
      previous: hash,
      finding: { id: findingId, imageDigest, vulnerability, component },
      ...what,
      ...common,
    };
    const text = canonicalJson(body);
    hash = digestOf(text);
    return { sequence, findingId, body: text, hash };
  });
}

const linkShape = s.object(
  {
    tenantId: s.string(),
    sequence: s.integer({ min: 1 }),
    previous: s.digest,
    finding: s.object({ id: s.string() }, 'open'),
  },
  'open',
);

/**
 * Checks that rows continue a chain, whatever else somebody may have done to them.
 *
 * @returns the end after them, or the first fault in a sentence
 */
export function followChain(
  tenantId: string,
  end: ChainEnd,
  rows: readonly LedgerRow[],
): { readonly end: ChainEnd; readonly fault?: string } {
  let at = end;
  for (const row of rows) {
    const fault = faultOf(tenantId, at, row);
    if (fault !== undefined) return { end: at, fault };
    at = { sequence: row.sequence, hash: row.hash };
  }
  return { end: at };
}

function faultOf(tenantId: string, before: ChainEnd, row: LedgerRow): string | undefined {
  const expected = before.sequence + 1n;
  if (row.sequence !== expected) return `entry ${expected} is missing`;
  if (digestOf(row.body) !== row.hash) return `entry ${expected} was changed: its hash is of another body`;
  const link = linkOf(row.body);
  if (link === undefined) return `entry ${expected} is no ledger entry`;
  if (link.previous !== before.hash) return `entry ${expected} does not follow the one before it`;
  if (link.sequence !== Number(expected) || link.tenantId !== tenantId)
    return `entry ${expected} stands where another one was written`;
  return link.finding.id === row.findingId ? undefined : `entry ${expected} is filed under another finding`;
}

function linkOf(
  body: string,
): { previous: Digest; sequence: number; tenantId: string; finding: { id: string } } | undefined {
  let value: unknown;
  try {
    value = parseJson(body, 'ledger entry');
  } catch {
    return undefined;
  }
  const decoded = decode(linkShape, value);
  return decoded.ok ? decoded.value : undefined;
}
