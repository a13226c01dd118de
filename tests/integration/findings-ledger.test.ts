import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { DAY, findingsKit, found, vexOf } from './findings-kit.ts';

describeEachEngine('the ledger of findings', (engine) => {
  const kit = findingsKit(engine);
  const { decided, only, historyOf, ledger } = kit;

  test('history tells of discovery, VEX, resolution and return, each with decision and snapshot', async () => {
    const tenant = systemIds.uuid();
    const first = await decided(tenant, 1, [found('CVE-2026-0001')]);
    const { id } = await only(tenant);
    const second = await decided(tenant, 2, [found('CVE-2026-0001', { vex: vexOf('not_affected') })]);
    expect(await only(tenant)).toMatchObject({
      id,
      status: 'not_affected',
      vexStatus: 'not_affected',
      changedAt: DAY(2),
    });
    const third = await decided(tenant, 3, []);
    expect(await only(tenant)).toMatchObject({ id, status: 'resolved', firstSeenAt: DAY(1), changedAt: DAY(3) });
    const fourth = await decided(tenant, 4, [found('CVE-2026-0001')]);
    expect(await only(tenant)).toMatchObject({ id, status: 'open', firstSeenAt: DAY(1), vexStatus: null });

    const history = await historyOf(tenant, id);
    expect(history.map(({ sequence, type, from, to, at }) => ({ sequence, type, from, to, at }))).toEqual([
      { sequence: 1, type: 'finding.discovered', from: null, to: 'open', at: DAY(1) },
      { sequence: 2, type: 'finding.vex_applied', from: 'open', to: 'not_affected', at: DAY(2) },
      { sequence: 3, type: 'finding.resolved', from: 'not_affected', to: 'resolved', at: DAY(3) },
      { sequence: 4, type: 'finding.discovered', from: 'resolved', to: 'open', at: DAY(4) },
    ]);
    expect(history.map((entry) => entry.decisionId)).toEqual([first, second, third, fourth].map((made) => made.id));
    expect(history.map((entry) => entry.advisorySnapshot)).toEqual([1, 2, 3, 4].map((n) => digestOf(`snapshot ${n}`)));
    expect(await ledger(tenant)).toEqual({ isIntact: true, entries: 4, head: history.at(-1)?.hash, fault: null });
  });

  test('an exception lifts a finding, its end and a new verdict are told', async () => {
    const tenant = systemIds.uuid();
    const one = [found('CVE-2026-0002')];
    await decided(tenant, 1, one, { action: 'warn' });
    await decided(tenant, 2, one, { excepted: ['CVE-2026-0002'] });
    const { id, status } = await only(tenant);
    expect(status).toBe('excepted');
    await decided(tenant, 3, one);
    await decided(tenant, 4, one, { action: 'warn' });
    const history = await historyOf(tenant, id);
    expect(history.map(({ type, from, to }) => [type, from, to])).toEqual([
      ['finding.discovered', null, 'open'],
      ['finding.status_changed', 'open', 'excepted'],
      ['finding.status_changed', 'excepted', 'open'],
      ['finding.verdict_changed', 'open', 'open'],
    ]);
  });

  /** What somebody with the database's own powers could do to the ledger. */
  const tamper = (tenantId: string, statement: ReturnType<typeof sql>): Promise<unknown> =>
    kit.database.withOwner(async (tx) => {
      await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(tx);
      return statement.execute(tx);
    });

  test.each([
    [
      'a changed body',
      'entry 2 was changed',
      sql`update findings.ledger set body = replace(body, 'open', 'excepted') where sequence = 2`,
    ],
    [
      'a body changed with its hash',
      'entry 3 does not follow',
      sql`update findings.ledger set body = replace(body, '"to":"open"', '"to":"excepted"'),
            hash = 'sha256:' || encode(sha256(convert_to(replace(body, '"to":"open"', '"to":"excepted"'), 'UTF8')), 'hex')
          where sequence = 2`,
    ],
    ['a removed entry', 'entry 2 is missing', sql`delete from findings.ledger where sequence = 2`],
    ['a removed first entry', 'entry 1 is missing', sql`delete from findings.ledger where sequence = 1`],
    ['a removed last entry', 'entry 3 is missing', sql`delete from findings.ledger where sequence = 3`],
    [
      'an entry moved to another finding',
      'entry 2 is filed under another finding',
      sql`update findings.ledger set finding_id = (select finding_id from findings.ledger where sequence = 1) where sequence = 2`,
    ],
    [
      'a shortened chain',
      'entry 3 stands behind the end',
      sql`update findings.head set sequence = 2, hash = (select hash from findings.ledger where sequence = 2)`,
    ],
    [
      'a head that was changed',
      'the last entry is not the one',
      sql`update findings.head set hash = 'sha256:' || repeat('1', 64)`,
    ],
  ])('checking the ledger finds %s', async (_what, sentence, statement) => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0601'), found('CVE-2026-0602'), found('CVE-2026-0603')]);
    expect(await ledger(tenant)).toMatchObject({ isIntact: true, entries: 3 });
    await tamper(tenant, statement);
    const { isIntact, fault } = await ledger(tenant);
    expect([isIntact, fault]).toEqual([false, expect.stringContaining(sentence)]);
  });

  test('the service itself can neither change nor remove an entry', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0604')]);
    for (const statement of [sql`delete from findings.ledger`, sql`update findings.ledger set body = ''`]) {
      await expect(kit.database.withTenant(tenant, (tx) => statement.execute(tx))).rejects.toThrow('permission denied');
    }
  });
});
