import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { systemClock } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-authority';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';

const DAY_MS = 86_400_000;

describeEachEngine('Authority under a clock that jumps', (engine) => {
  let passedMs = 0;
  let rig: ServiceRig;
  let password: string;
  let caller: { readonly tenantId: string; readonly id: string; readonly name: string };

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stella-clock-'));
    const database = await engine.database();
    rig = await openServiceRig({
      services: [service],
      database,
      config: { authority: { secretsDir: folder } },
      clock: { ...systemClock, now: () => new Date(Date.parse(systemClock.now()) + passedMs).toISOString() },
    });
    password = readFileSync(join(folder, 'admin-password'), 'utf8').trim();
    const { rows } = await database.withRelay((tx) =>
      sql<{ tenantId: string; id: string }>`
        select tenant_id as "tenantId", id from authority.user_account where name = 'admin'`.execute(tx),
    );
    caller = { tenantId: '', id: '', name: 'admin', ...rows[0] };
    return async () => {
      await rig.close();
      rmSync(folder, { recursive: true });
    };
  }, 120_000);

  test('who guessed while it was a day ahead locks nobody out once it is right again', async () => {
    const admin = rig.as(AUTHORITY_ROUTES, caller);
    const change = (present: string) => admin.changePassword({ body: { present, password: 'a horse eats 7 carrots' } });
    passedMs = DAY_MS;
    let refusal: unknown;
    while (refusal !== 'RATE_LIMITED') {
      refusal = await change('a wrong guess').then(
        () => 'RATE_LIMITED',
        (error: unknown) => (error as { code: string }).code,
      );
    }
    passedMs = 0;
    await expect(change(password)).resolves.toMatchObject({ status: 204 });
  });
});
