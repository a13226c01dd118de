import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONCELIER_EVENTS, CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { EXCITITOR_EVENTS, EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { type Image, SCANNER_EVENTS, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import type { EventData, EventType } from '@stella-ops/contracts';
import { fail } from '@stella-ops/contracts';
import { writeIndex } from '@stella-ops/engine-advisories';
import { assembleInventory, type Component, type Inventory, inventoryBytes } from '@stella-ops/engine-inventory';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { publishEvent } from '@stella-ops/platform/events';
import { handle } from '@stella-ops/platform/http';
import { defineConfig, defineService, systemClock, systemIds } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import * as z from 'zod';
import { policyOf } from '../../engine/capsule/src/testing/scenario.ts';

interface Known {
  readonly images: Image[];
  readonly advisories: z.input<(typeof CONCELIER_ROUTES)['listSnapshots']['responses'][200]>['items'];
  readonly vex: z.input<(typeof EXCITITOR_ROUTES)['listSnapshots']['responses'][200]>['items'];
}

const NO_CONFIG = defineConfig({ summary: 'none', schema: z.strictObject({}) });

/** What scanner, Concelier and Excititor answer and announce, with as little behind it as the contracts allow. */
export function policyWorld() {
  const tenants = new Map<string, Known>();
  const of = (tenantId: string): Known => {
    const known = tenants.get(tenantId) ?? { images: [], advisories: [], vex: [] };
    tenants.set(tenantId, known);
    return known;
  };
  let host: ServiceHost | undefined;
  const hosted = (): ServiceHost => {
    if (host === undefined) throw new Error('the rig is not open');
    return host;
  };
  const standIn = (id: string, endpoints: ReturnType<typeof handle>[]) =>
    defineService({
      id,
      config: NO_CONFIG,
      routes: Object.fromEntries(endpoints.map(({ route }) => [route.id, route])),
      jobs: [],
      events: [],
      start: async (context: { host: ServiceHost }) => {
        host = context.host;
        return { endpoints, stop: async () => undefined };
      },
    });
  const tell = <E extends EventType>(tenantId: string, event: E, data: EventData<E>) =>
    hosted().database.withTenant(tenantId, (tx) =>
      publishEvent(tx, event, { id: systemIds.uuid(), tenantId, occurredAt: systemClock.now(), data }),
    );

  return {
    services: [
      standIn('scanner', [
        handle(SCANNER_ROUTES.getImage, async ({ params }, { caller }) => {
          const found = of(caller.tenantId).images.find(({ digest }) => digest === params.imageDigest);
          if (found === undefined) throw fail('NOT_FOUND', 'there is no such image');
          return { status: 200, body: found };
        }),
        handle(SCANNER_ROUTES.listImages, async (_, { caller }) => ({
          status: 200,
          body: { items: of(caller.tenantId).images, next: null },
        })),
      ]),
      standIn('concelier', [
        handle(CONCELIER_ROUTES.listSnapshots, async ({ query }, { caller }) => ({
          status: 200,
          body: { items: of(caller.tenantId).advisories.slice(0, query.limit), next: null },
        })),
      ]),
      standIn('excititor', [
        handle(EXCITITOR_ROUTES.listSnapshots, async ({ query }, { caller }) => ({
          status: 200,
          body: { items: of(caller.tenantId).vex.slice(0, query.limit), next: null },
        })),
      ]),
    ],

    async scan(tenantId: string, inventory: Inventory): Promise<Digest> {
      const stored = await hosted().objects.tenant(tenantId, 'inventories').put(inventoryBytes(inventory));
      const { name, digest = digestOf(name) } = inventory.subject;
      const known = of(tenantId).images;
      const at = known.findIndex((image) => image.digest === digest);
      const now = systemClock.now();
      known.splice(at < 0 ? 0 : at, at < 0 ? 0 : 1, {
        digest,
        name,
        platform: null,
        indexDigest: null,
        configDigest: null,
        origin: 'scan',
        inventoryDigest: stored.digest,
        components: inventory.components.length,
        gaps: 0,
        sizeBytes: null,
        firstSeenAt: now,
        scannedAt: now,
      });
      await tell(tenantId, SCANNER_EVENTS.imageScanned, {
        imageDigest: digest,
        inventoryDigest: stored.digest,
        name,
        platform: null,
      });
      return digest;
    },

    async advise(tenantId: string, records: readonly object[]): Promise<Digest> {
      const folder = mkdtempSync(join(tmpdir(), 'stella-policy-'));
      try {
        const out = join(folder, 'own.idx');
        const { snapshot } = await writeIndex(sourceOf(records), { out });
        const { digest, size } = await hosted().objects.tenant(tenantId, 'advisory-snapshots').put(readFileSync(out));
        const row = {
          id: systemIds.uuid(),
          digest: snapshot,
          indexDigest: digest,
          records: records.length,
          sizeBytes: size,
          createdAt: systemClock.now(),
        };
        of(tenantId).advisories.unshift(row);
        await tell(tenantId, CONCELIER_EVENTS.snapshotCreated, {
          snapshotId: row.id,
          digest: snapshot,
          indexDigest: digest,
          records: records.length,
        });
        return snapshot;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },

    async state(tenantId: string, documents: readonly object[]): Promise<void> {
      const { objects } = hosted();
      const digests: string[] = [];
      for (const document of documents) {
        const { digest } = await objects.tenant(tenantId, 'vex-documents').put(Buffer.from(JSON.stringify(document)));
        digests.push(digest);
      }
      const list = { format: 'stella.vex-snapshot/v1', documents: digests.sort() };
      const { digest } = await objects.tenant(tenantId, 'vex-snapshots').put(canonicalBytes(list));
      const row = { id: systemIds.uuid(), digest, documents: documents.length, createdAt: systemClock.now() };
      of(tenantId).vex.unshift(row);
      await tell(tenantId, EXCITITOR_EVENTS.snapshotCreated, {
        snapshotId: row.id,
        digest,
        documents: documents.length,
      });
    },
  };
}

async function* sourceOf(records: readonly object[]) {
  for (const [line, record] of records.entries()) {
    yield { raw: Buffer.from(JSON.stringify(record)), file: 'own.jsonl', line: line + 1 };
  }
}

const component = (name: string, version: string): Component => ({
  ref: `pkg:npm/${name}@${version}`,
  kind: 'library',
  type: 'npm',
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
  locations: [{ path: `app/node_modules/${name}/package.json` }],
  evidence: { analyzer: 'npm', grade: 'exact' },
});

/** An image of npm packages, by name and version. */
export function inventoryOf(image: string, packages: Readonly<Record<string, string>>): Inventory {
  return assembleInventory({
    subject: { kind: 'image', name: `registry.test/shop/${image}:1`, digest: digestOf(image) },
    layers: [],
    components: Object.entries(packages).map(([name, version]) => component(name, version)),
    relations: [],
    gaps: [],
    analyzers: { npm: 1 },
  });
}

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

/** A record about one npm package, in our own words. */
export function advisory(id: string, name: string, fixed: string, vector = VECTOR): object {
  return {
    id,
    modified: '2026-01-02T03:04:05Z',
    summary: `${name} can be misused`,
    severity: [{ type: 'CVSS_V3', score: vector }],
    affected: [
      {
        package: { ecosystem: 'npm', name },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  };
}

/** A statement that one package is not affected. */
export function notAffected(vulnerability: string, name: string): object {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://vendor.test/vex/${vulnerability}`,
    author: 'vendor',
    timestamp: '2026-05-01T00:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: vulnerability },
        products: [{ '@id': `pkg:npm/${name}` }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
      },
    ],
  };
}

export const packOf = (version: string, threshold = 7, name = 'test'): string =>
  policyOf(threshold, { name, version }).toString();
