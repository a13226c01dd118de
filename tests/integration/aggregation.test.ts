import { beforeAll, expect, test } from 'vitest';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { digestOf } from '@stella-ops/engine-kernel';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as concelier } from '@stella-ops/service-concelier';
import { service as excititor } from '@stella-ops/service-excititor';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { affects, bytesOf, osv } from '../../engine/advisories/src/testing/records.ts';

const CVE = 'CVE-2026-70001';

/** Two sources on one vulnerability that agree neither on the fix nor on its weight. */
const ADVISORIES = [
  osv('GHSA-aggr-egat-ions', [affects('PyPI', 'shop', [{ introduced: '0' }, { fixed: '2.0' }])], {
    aliases: [CVE],
    summary: 'fixed in 2.0',
  }),
  osv('PYSEC-2026-7', [affects('PyPI', 'shop', [{ introduced: '0' }, { fixed: '3.0' }])], {
    aliases: [CVE],
    summary: 'fixed in 3.0',
  }),
].map(bytesOf);

/** Two suppliers who contradict each other. */
const STATEMENTS = [
  { author: 'supplier', status: 'not_affected', justification: 'component_not_present' },
  { author: 'distributor', status: 'affected', action_statement: 'upgrade' },
].map(({ author, ...said }) =>
  Buffer.from(
    // Spaces that no serialiser of ours writes: what comes back is what was sent.
    JSON.stringify(
      {
        '@context': 'https://openvex.dev/ns/v0.2.0',
        '@id': `https://vex.example/${author}`,
        author,
        timestamp: '2026-01-02T03:04:05Z',
        version: 1,
        statements: [{ vulnerability: { name: CVE }, products: [{ '@id': 'pkg:pypi/shop@1.0' }], ...said }],
      },
      null,
      3,
    ),
  ),
);

describeEachEngine('advisories and VEX', (engine) => {
  let rig: ServiceRig;
  beforeAll(async () => {
    rig = await openServiceRig({ services: [concelier, excititor], database: await engine.database() });
    return () => rig.close();
  });

  test('that contradict each other are linked, stay side by side with their bytes, and are never merged', async () => {
    const tenantId = systemIds.uuid();
    const advisories = rig.as(CONCELIER_ROUTES, { tenantId });
    const vex = rig.as(EXCITITOR_ROUTES, { tenantId });
    for (const bytes of ADVISORIES) await advisories.importAdvisories({ query: {}, body: json(bytes) });
    for (const bytes of STATEMENTS) await vex.importVex({ query: {}, body: json(bytes) });

    const { body: linked } = await advisories.getLinkset({ params: { vulnerability: CVE } });
    expect(linked.observations.map(({ advisoryId, summary }) => [advisoryId, summary])).toEqual([
      ['GHSA-aggr-egat-ions', 'fixed in 2.0'],
      ['PYSEC-2026-7', 'fixed in 3.0'],
    ]);
    expect(linked.observations.map(({ digest }) => digest)).toEqual(ADVISORIES.map((bytes) => digestOf(bytes)));
    const { items } = (await vex.listStatements({ query: { vulnerability: CVE } })).body;
    expect(items.map(({ status }) => status).sort()).toEqual(['affected', 'not_affected']);

    for (const [at, { digest }] of linked.observations.entries()) {
      expect(await bytesFrom((await advisories.getAdvisory({ params: { digest } })).body.content)).toEqual(
        ADVISORIES[at],
      );
    }
    for (const bytes of STATEMENTS) {
      const { body } = await vex.getDocument({ params: { digest: digestOf(bytes) } });
      expect(await bytesFrom(body.content)).toEqual(bytes);
    }
    // Each says so itself: of two services that say it, the process answers with the word of the last.
    for (const service of [concelier, excititor]) expect(service.capabilities).toEqual({ merge: false });
    expect(rig.host.capabilities).toEqual({ merge: false });
  });
});

const json = (bytes: Buffer) => ({ contentType: 'application/json' as const, content: chunk(bytes) });

async function* chunk(bytes: Buffer): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(bytes);
}

async function bytesFrom(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const part of content) chunks.push(part);
  return Buffer.concat(chunks);
}
