import { canonicalJson, digestOf } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { type ChainRow, entryFault } from './audit-chain.ts';

const before = { tenantId: 't', sequence: 4n, hash: `sha256:${'a'.repeat(64)}` };

function entry(more: Partial<ChainRow> = {}, body: object = {}): ChainRow {
  const said = {
    id: 'i',
    tenantId: 't',
    at: '2026-01-02T03:04:05.000Z',
    actor: { kind: 'service', id: 's', name: 's', onBehalfOf: 'p' },
    action: 'a.b',
    target: { type: 'x', id: 'y' },
    outcome: 'done',
    sequence: 5,
    previous: before.hash,
    ...body,
  };
  const text = canonicalJson(said);
  return {
    sequence: 5n,
    id: 'i',
    recordedAt: said.at,
    actorId: 'p',
    action: 'a.b',
    targetType: 'x',
    targetId: 'y',
    outcome: 'done',
    body: text,
    hash: digestOf(text),
    ...more,
  };
}

test('an entry that follows has no fault', () => {
  expect(entryFault(entry(), before)).toBeUndefined();
});

test.each<[string, ChainRow, RegExp]>([
  ['a gap', entry({ sequence: 6n }), /5 is missing/],
  ['a changed body', { ...entry(), body: entry().body.replace('a.b', 'a.c') }, /was changed/],
  ['another predecessor', entry({}, { previous: `sha256:${'b'.repeat(64)}` }), /does not follow/],
  ['no JSON', { ...entry(), body: 'x', hash: digestOf('x') }, /cannot be read/],
  ['another tenant', entry({}, { tenantId: 'u' }), /tenant beside/],
  ['another id', entry({ id: 'j' }), /id beside/],
  ['another time', entry({ recordedAt: '2026-01-02T03:04:05.001Z' }), /time beside/],
  ['another actor', entry({ actorId: 's' }), /actor beside/],
  ['another action', entry({ action: 'a.c' }), /action beside/],
  ['another target', entry({ targetId: 'z' }), /target beside/],
  ['another kind of target', entry({ targetType: 'z' }), /type of the target beside/],
  ['another outcome', entry({ outcome: 'read' }), /outcome beside/],
])('%s is found', (_what, row, sentence) => {
  expect(entryFault(row, before)).toMatch(sentence);
});
