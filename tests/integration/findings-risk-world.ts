import { API_ERRORS, type Routes } from '@stella-ops/contracts';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { type Image, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { errorFactory } from '@stella-ops/engine-kernel/errors';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { Objects } from '@stella-ops/platform/objects';
import { type AnyService, type ServiceHost } from '@stella-ops/platform/service';
import { defineConfig, defineService, systemIds } from '@stella-ops/platform/runtime';
import * as z from 'zod';
import { DAY, type Made } from './findings-kit.ts';

const fail = errorFactory(API_ERRORS);
const NO_SETTINGS = defineConfig({ summary: 'A stand-in', schema: z.strictObject({}) });

/** A service that only answers. */
const standIn = (id: string, routes: Routes, endpoints: readonly Endpoint[]): AnyService =>
  defineService<typeof NO_SETTINGS, ServiceHost>({
    id,
    config: NO_SETTINGS,
    routes,
    jobs: [],
    events: [],
    start: () => Promise.resolve({ endpoints, stop: () => Promise.resolve() }),
  });

/** What a release pins: component → digest of its image. */
type Pins = Readonly<Record<string, Digest>>;

/** Releases, scans and decisions of tenants, as far as a comparison of releases asks for them. */
export function riskWorld() {
  const kept = new Map<string, unknown>();
  const asked: string[] = [];
  const hooks = new Map<string, () => void>();
  const keep = (tenantId: string, id: string, value: unknown): void => void kept.set(`${tenantId} ${id}`, value);
  const read = <T>(tenantId: string, id: string): T => {
    asked.push(id);
    hooks.get(id)?.();
    const found = kept.get(`${tenantId} ${id}`);
    if (found === undefined) throw fail('NOT_FOUND', 'there is no such thing');
    return found as T;
  };
  const { getRelease } = RELEASES_ROUTES;
  const { getImage } = SCANNER_ROUTES;
  const { getDecision } = POLICY_ROUTES;
  return {
    /** Ids that the neighbours were asked for. */
    asked,
    /** Does something when a neighbour is asked for this id. */
    whenAsked: (id: string, run: () => void): void => void hooks.set(id, run),
    services: [
      standIn('releases', { getRelease }, [
        handle(getRelease, ({ params }, { caller }) =>
          Promise.resolve({ status: 200, body: read<Release>(caller.tenantId, params.releaseId) }),
        ),
      ]),
      standIn('scanner', { getImage }, [
        handle(getImage, ({ params }, { caller }) =>
          Promise.resolve({ status: 200, body: read<Image>(caller.tenantId, params.imageDigest) }),
        ),
      ]),
      standIn('policy', { getDecision }, [
        handle(getDecision, ({ params }, { caller }) =>
          Promise.resolve({ status: 200, body: read<Decision>(caller.tenantId, params.decisionId) }),
        ),
      ]),
    ],

    release(tenantId: string, version: string, pins: Pins, configDigest: Digest | null = null): string {
      const id = systemIds.uuid();
      keep(tenantId, id, {
        id,
        name: 'shop',
        version,
        calendarVersion: '2026.6.1-1',
        mode: 'verified',
        components: Object.entries(pins).map(([component, manifestDigest]) => ({
          component,
          repository: `registry.test/shop/${component}`,
          requested: version,
          indexDigest: null,
          platforms: [{ platform: 'linux/amd64', manifestDigest, configDigest }],
        })),
        digest: digestOf(id),
        notes: '',
        createdBy: { id: 'ada', name: 'ada' },
        createdAt: DAY(1),
      } satisfies Release);
      return id;
    },

    /** Stores an inventory of packages (`name@version`), as a scan would. */
    async scan(objects: Objects, tenantId: string, digest: Digest, packages: readonly string[]): Promise<void> {
      const components = packages.map((text) => {
        const [name, version] = text.split('@');
        return { ref: `pkg:npm/${text}`, kind: 'library', type: 'npm', name, version, locations: [] };
      });
      const inventory = canonicalBytes({ format: 'stella.inventory/v1', components, analyzers: { npm: 1 } });
      const stored = await objects.tenant(tenantId, 'inventories').put(inventory);
      keep(tenantId, digest, {
        digest,
        name: 'registry.test/shop/app:1',
        platform: 'linux/amd64',
        indexDigest: null,
        configDigest: null,
        origin: 'scan',
        inventoryDigest: stored.digest,
        components: packages.length,
        gaps: 0,
        sizeBytes: null,
        firstSeenAt: DAY(1),
        scannedAt: DAY(1),
      } satisfies Image);
    },

    decide(tenantId: string, { id, fact }: Made, outcome: Decision['outcome'] = 'deny'): void {
      keep(tenantId, id, {
        id,
        imageDigest: fact.imageDigest,
        verdictDigest: fact.verdictDigest,
        findingsDigest: fact.findingsDigest,
        advisorySnapshot: fact.advisorySnapshot,
        evaluatedAt: fact.evaluatedAt,
        environment: null,
        outcome,
        reasons: [],
        counts: {},
        policy: { name: 'default', version: '1', digest: digestOf('policy') },
        vexSnapshot: null,
        purpose: 'continuous',
      } satisfies Decision);
    },
  };
}
