import { beforeAll, expect, test } from 'vitest';
import type { Decision } from '@stella-ops/contracts/policy';
import { digestOf } from '@stella-ops/engine-kernel';
import { type Database, migrate } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { POLICY_SCHEMA } from '../schema.ts';
import { insertPack } from '../store/packs.ts';
import { countRevision, readRevision } from '../store/state.ts';
import type { Evidence } from './gather.ts';
import { EvidenceChanged, recordDecision, untilUnchanged } from './record-decision.ts';

const AT = '2026-01-02T03:04:05.678Z';
const POLICY = { name: 'p', version: '1', digest: digestOf('pack') };
const DECISION: Decision = {
  id: digestOf('input'),
  imageDigest: digestOf('image'),
  environment: null,
  outcome: 'deny',
  reasons: [
    {
      code: 'BAD',
      rule: 'bad',
      action: 'deny',
      sentence: 'a foreign record said \u0000 here, and \ud800',
      fix: null,
      vulnerability: null,
      component: null,
    },
  ],
  counts: { deny: 1 },
  verdictDigest: digestOf('verdict'),
  findingsDigest: digestOf('findings'),
  policy: POLICY,
  advisorySnapshot: digestOf('snapshot'),
  vexSnapshot: null,
  purpose: 'request',
  evaluatedAt: AT,
};

describeEachEngine('recording a decision', (engine) => {
  let database: Database;
  let tenantId = '';

  beforeAll(async () => {
    database = await engine.database();
    await migrate(database, [POLICY_SCHEMA]);
  });

  const prepared = async (): Promise<Evidence> => {
    tenantId = systemIds.uuid();
    return database.withTenant(tenantId, async (tx) => {
      await countRevision(tx, tenantId);
      await insertPack(tx, tenantId, { ...POLICY, rules: 1, isActive: true, publishedBy: 'x', publishedAt: AT });
      return {
        image: { digest: digestOf('image'), inventoryDigest: digestOf('inventory') },
        snapshots: {
          advisories: { id: 'x', digest: digestOf('snapshot'), indexDigest: digestOf('index') },
          vex: null,
        },
        vexDocuments: [],
        pack: undefined,
        exceptions: [],
        revision: await readRevision(tx, tenantId),
        gatheredAt: AT,
      };
    });
  };
  const record = (evidence: Evidence, more: Partial<Decision> = {}): Promise<boolean> =>
    database.withTenant(tenantId, (tx) => recordDecision(tx, tenantId, evidence, { ...DECISION, ...more }));

  test('equal input is one decision, whatever its sentences quote', async () => {
    const evidence = await prepared();
    expect([await record(evidence), await record(evidence)]).toEqual([true, false]);
  });

  test('a decision is refused when packs or exceptions changed after they were read', async () => {
    const evidence = await prepared();
    await database.withTenant(tenantId, (tx) => countRevision(tx, tenantId));
    await expect(record(evidence)).rejects.toThrow(EvidenceChanged);
  });

  test('the same input for another purpose is not passed off as this one', async () => {
    const evidence = await prepared();
    await record(evidence);
    await expect(record(evidence, { purpose: 'continuous' })).rejects.toThrow(EvidenceChanged);
  });
});

test('a decision is made again while its evidence changes, three times in all, each a millisecond later', async () => {
  const attempts: number[] = [];
  const always = untilUnchanged((attempt) => {
    attempts.push(attempt);
    return Promise.reject(new EvidenceChanged());
  });
  expect(await always).toBeUndefined();
  expect(attempts).toEqual([0, 1, 2]);
  await expect(untilUnchanged(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
});
