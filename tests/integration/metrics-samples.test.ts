import { expect, test } from 'vitest';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { METRIC_CATALOGUES } from '@stella-ops/app-server';
import { fillShop } from '@stella-ops/app-server/demo';
import { makeTenant, startTestServer } from '@stella-ops/testkit/product';
import { setTimeout as delay } from 'node:timers/promises';

// A metric without a sample is one that no graph and no alert can ever show.
test('every metric of the reference has a sample after ordinary work', { timeout: 300_000 }, async () => {
  const server = await startTestServer();
  try {
    const people = await makeTenant(server, 'shop');
    await fillShop(people);
    await mistakes(people);
    await fetch(`${server.url}/api/v1/whoami`, { headers: { authorization: 'Bearer nonsense' } });
    const named = METRIC_CATALOGUES.flatMap(({ catalogue }) => Object.values(catalogue).map(({ name }) => name));
    expect(named.length).toBeGreaterThan(20);
    let missing: readonly string[] = named;
    for (let attempt = 0; attempt < 600 && missing.length > 0; attempt++) {
      const text = await (await fetch(`${server.apiUrl}/metrics`)).text();
      missing = named.filter((name) => !new RegExp(`^${name}(?:_count)?(?:\\{|\\s)`, 'm').test(text));
      if (missing.length > 0) await delay(200);
    }
    expect(missing).toEqual([]);
  } finally {
    await server.stop();
  }
});

/** What goes wrong in ordinary work, so that counters of faults have something to count. */
async function mistakes(people: Awaited<ReturnType<typeof makeTenant>>): Promise<void> {
  const scanner = people.rosa.client(SCANNER_ROUTES);
  await scanner.createScan({ body: { source: 'registry.example.invalid/shop/web:1' } });
  const broken = (async function* () {
    yield await Promise.resolve(Buffer.from('{"id":"X-1"}\n{"nothing":true}\n'));
  })();
  await people.sam
    .client(CONCELIER_ROUTES)
    .importAdvisories({ query: {}, body: { contentType: 'application/x-ndjson', content: broken } });
  const releases = people.sam.client(RELEASES_ROUTES);
  const { body } = await releases.listPromotions({ query: { state: 'pending_approval' } });
  for (const { id } of body.items) {
    await releases.rejectPromotion({ params: { promotionId: id }, body: { reason: 'not today' } });
  }
  const policy = people.sam.client(POLICY_ROUTES);
  const [exception] = (await policy.listExceptions({ query: {} })).body.items;
  if (exception !== undefined) {
    await policy.approveException({ params: { exceptionId: exception.id }, body: { reason: 'agreed' } });
  }
}
