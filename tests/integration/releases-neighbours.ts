import type { EventData, EventType } from '@stella-ops/contracts';
import { API_ERRORS } from '@stella-ops/contracts';
import { AUTHORITY_EVENTS, AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EVIDENCE_EVENTS, EVIDENCE_ROUTES, type EvidencePacket } from '@stella-ops/contracts/evidence';
import { type Decision, POLICY_EVENTS, POLICY_ROUTES, POLICY_SERVICE_ERRORS } from '@stella-ops/contracts/policy';
import {
  type Image,
  type ResolvedImage,
  type Scan,
  SCANNER_ERRORS,
  SCANNER_EVENTS,
  SCANNER_ROUTES,
} from '@stella-ops/contracts/scanner';
import { digestOf } from '@stella-ops/engine-kernel';
import { errorFactory } from '@stella-ops/engine-kernel/errors';
import type { Database } from '@stella-ops/platform/database';
import { publishEvent } from '@stella-ops/platform/events';
import { handle } from '@stella-ops/platform/http';
import { defineConfig, defineService, systemIds } from '@stella-ops/platform/runtime';
import type { AnyService } from '@stella-ops/platform/service';
import * as z from 'zod';

const fail = errorFactory({ ...API_ERRORS, ...SCANNER_ERRORS, ...POLICY_SERVICE_ERRORS });
const AT = '2026-11-20T10:00:00.000Z';

/** What a test makes the neighbours of a tenant say, and what they were asked. */
export class World {
  readonly images = new Map<string, Image>();
  readonly scans = new Map<string, Scan>();
  readonly references = new Map<string, ResolvedImage>();
  readonly packets: EvidencePacket[] = [];
  readonly decisions: Decision[] = [];
  readonly asked: string[] = [];
  /** Ids of people who may not approve (any more). */
  readonly unfit = new Set<string>();
  outcome: Decision['outcome'] = 'allow';
  policyDigest: string = digestOf('policy 1');
  /** Services that do not answer. */
  readonly down = new Set<string>();
  /** Code by which policy refuses; none: it decides. */
  refusal: keyof typeof POLICY_SERVICE_ERRORS | undefined;
  /** Whether promotion decisions are sealed at once, as the evidence service does. */
  isSealing = true;
  /** Runs before policy answers: the moment in which tests change the world. */
  beforeDecision: (() => Promise<void>) | undefined;
  /** Runs after Authority has made up its answer and before it is heard. */
  afterHolders: (() => Promise<void>) | undefined;
}

/** Stand-ins for the services that releases asks, each tenant with a world of its own. */
export class Neighbours {
  readonly #worlds = new Map<string, World>();
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  of(tenantId: string): World {
    let world = this.#worlds.get(tenantId);
    if (world === undefined) this.#worlds.set(tenantId, (world = new World()));
    return world;
  }

  publish<E extends EventType>(tenantId: string, event: E, data: EventData<E>): Promise<void> {
    return this.#database.withTenant(tenantId, (tx) =>
      publishEvent(tx, event, { id: systemIds.uuid(), tenantId, occurredAt: AT, data }),
    );
  }

  /** Seals a decision and says so. */
  async seal(tenantId: string, decision: Decision): Promise<void> {
    const packet: EvidencePacket = {
      id: systemIds.uuid(),
      kind: 'decision',
      subjectId: decision.id,
      imageDigests: [decision.imageDigest],
      title: 'A decision',
      predicateType: 'stella.ops/decision@v1',
      statementDigest: digestOf('statement'),
      bundleDigest: digestOf('bundle'),
      logIndex: 1,
      capsuleDigest: null,
      capsuleSizeBytes: null,
      sealedAt: AT,
    };
    this.of(tenantId).packets.push(packet);
    await this.publish(tenantId, EVIDENCE_EVENTS.packetSealed, {
      packetId: packet.id,
      kind: 'decision',
      subjectId: decision.id,
      capsuleDigest: null,
      endedAt: null,
      bundleDigest: packet.bundleDigest,
    });
  }

  /** Says that the end of a deployment or promotion is sealed, under a bundle. @returns id of the packet */
  async sealEnd(
    tenantId: string,
    subjectId: string,
    endedAt: string,
    bundleDigest: string,
    kind: 'deployment' | 'promotion' = 'deployment',
  ): Promise<string> {
    const packetId = systemIds.uuid();
    await this.publish(tenantId, EVIDENCE_EVENTS.packetSealed, {
      packetId,
      kind,
      subjectId,
      capsuleDigest: null,
      endedAt,
      bundleDigest,
    });
    return packetId;
  }

  /** A scan that was asked for ends with an inventory. */
  async finishScan(tenantId: string, digest: string): Promise<void> {
    const world = this.of(tenantId);
    for (const scan of world.scans.values()) {
      if (scan.source.endsWith(digest)) Object.assign(scan, { status: 'succeeded', imageDigest: digest });
    }
    world.images.set(digest, imageOf(digest));
    await this.publish(tenantId, SCANNER_EVENTS.imageScanned, {
      imageDigest: digest,
      inventoryDigest: digestOf('inventory'),
      name: 'image',
      platform: 'linux/amd64',
    });
  }

  async failScan(tenantId: string, digest: string): Promise<void> {
    for (const scan of this.of(tenantId).scans.values()) {
      if (!scan.source.endsWith(digest)) continue;
      const error = { code: 'IMAGE_UNAVAILABLE', message: 'layer 2 cannot be fetched', hint: 'Push the image again.' };
      Object.assign(scan, { status: 'failed', error });
      await this.publish(tenantId, SCANNER_EVENTS.scanFailed, {
        scanId: scan.id,
        source: scan.source,
        code: error.code,
      });
    }
  }

  services(): AnyService[] {
    return [this.#authority(), this.#scanner(), this.#policy(), this.#evidence()];
  }

  /** The world of a caller, whose service answers or does not. */
  #enter(service: string, { caller, routeId }: { caller: { tenantId: string }; routeId: string }): World {
    const world = this.of(caller.tenantId);
    world.asked.push(routeId);
    if (world.down.has(service)) throw fail('DEADLINE_EXCEEDED', 'no answer');
    return world;
  }

  /** Somebody's roles or account are changed, and it is announced. @param userId UUIDv7, as of users */
  async changeUser(tenantId: string, userId: string, mayApprove: boolean): Promise<void> {
    const { unfit } = this.of(tenantId);
    if (mayApprove) unfit.delete(userId);
    else unfit.add(userId);
    await this.publish(tenantId, AUTHORITY_EVENTS.userChanged, { userId, name: 'somebody', isActive: true });
  }

  #authority(): AnyService {
    const { listHolders } = AUTHORITY_ROUTES;
    return standIn('authority', { listHolders }, Object.values(AUTHORITY_EVENTS), () => [
      handle(listHolders, async ({ query }, context) => {
        const world = this.#enter('authority', context);
        const holders = query.userId.filter((id) => !world.unfit.has(id));
        await world.afterHolders?.();
        return { status: 200, body: { holders } };
      }),
    ]);
  }

  #scanner(): AnyService {
    const { getImage, createScan, getScan, resolveImage } = SCANNER_ROUTES;
    return standIn('scanner', { getImage, createScan, getScan, resolveImage }, Object.values(SCANNER_EVENTS), () => [
      handle(getImage, async ({ params }, context) => {
        const image = this.#enter('scanner', context).images.get(params.imageDigest);
        if (image === undefined) throw fail('NOT_FOUND', 'there is no such image');
        return { status: 200, body: image };
      }),
      handle(createScan, async ({ body }, context) => {
        const world = this.#enter('scanner', context);
        const scan: Scan = {
          id: systemIds.uuid(),
          source: body.source,
          platform: null,
          status: 'queued',
          imageDigest: null,
          attempts: 0,
          error: null,
          requestedBy: 'releases',
          createdAt: AT,
          finishedAt: null,
        };
        world.scans.set(scan.id, scan);
        return { status: 202, body: scan };
      }),
      handle(getScan, async ({ params }, context) => {
        const scan = this.#enter('scanner', context).scans.get(params.scanId);
        if (scan === undefined) throw fail('NOT_FOUND', 'there is no such scan');
        return { status: 200, body: scan };
      }),
      handle(resolveImage, async ({ body }, context) => {
        const world = this.#enter('scanner', context);
        if (world.down.has('registry')) throw fail('REGISTRY_UNAVAILABLE', 'no answer');
        const image = world.references.get(body.reference);
        if (image === undefined) throw fail('IMAGE_UNAVAILABLE', 'the registry has no such image');
        return { status: 200, body: image };
      }),
    ]);
  }

  #policy(): AnyService {
    const { decide } = POLICY_ROUTES;
    return standIn('policy', { decide }, Object.values(POLICY_EVENTS), () => [
      handle(decide, async ({ body }, context) => {
        const world = this.#enter('policy', context);
        const { outcome, policyDigest, refusal } = world;
        await world.beforeDecision?.();
        if (refusal !== undefined) throw fail(refusal, 'it cannot decide');
        const decision: Decision = {
          id: digestOf(`decision ${systemIds.uuid()}`),
          imageDigest: body.imageDigest,
          environment: body.environment ?? null,
          outcome,
          reasons: outcome === 'allow' ? [] : [REASON, { ...REASON, vulnerability: 'CVE-2026-2' }],
          counts: {},
          verdictDigest: digestOf('verdict'),
          findingsDigest: digestOf('findings'),
          policy: { name: body.policy ?? 'default', version: '1.0.0', digest: policyDigest },
          advisorySnapshot: digestOf('snapshot'),
          vexSnapshot: null,
          purpose: body.purpose,
          evaluatedAt: AT,
        };
        world.decisions.push(decision);
        const { id, imageDigest, environment, purpose, verdictDigest, findingsDigest, advisorySnapshot } = decision;
        await this.publish(context.caller.tenantId, POLICY_EVENTS.decisionRecorded, {
          decisionId: id,
          imageDigest,
          environment,
          outcome,
          purpose,
          verdictDigest,
          findingsDigest,
          advisorySnapshot,
          evaluatedAt: AT,
        });
        if (world.isSealing) await this.seal(context.caller.tenantId, decision);
        return { status: 201, body: decision };
      }),
    ]);
  }

  #evidence(): AnyService {
    const { listPackets } = EVIDENCE_ROUTES;
    return standIn('evidence', { listPackets }, Object.values(EVIDENCE_EVENTS), () => [
      handle(listPackets, async ({ query }, context) => {
        const { packets } = this.#enter('evidence', context);
        const items = packets.filter(({ subjectId }) => subjectId === query.subjectId);
        return { status: 200, body: { items, next: null } };
      }),
    ]);
  }
}

const REASON: Decision['reasons'][number] = {
  code: 'VULNERABILITY',
  rule: 'no-critical',
  action: 'deny',
  sentence: 'CVE-2026-1 in openssl 3.0.1 is critical',
  fix: 'Update openssl to 3.0.2.',
  vulnerability: 'CVE-2026-1',
  component: 'pkg:deb/debian/openssl@3.0.1',
};

export function imageOf(digest: string): Image {
  return {
    digest,
    name: 'registry.example/shop/web:1',
    platform: 'linux/amd64',
    indexDigest: null,
    configDigest: null,
    origin: 'scan',
    inventoryDigest: digestOf('inventory'),
    components: 12,
    gaps: 0,
    sizeBytes: null,
    firstSeenAt: AT,
    scannedAt: AT,
  };
}

export function standIn(
  id: string,
  routes: AnyService['routes'],
  events: AnyService['events'],
  endpoints: () => Awaited<ReturnType<AnyService['start']>>['endpoints'],
): AnyService {
  return defineService({
    id,
    config: defineConfig({ summary: 'A stand-in', schema: z.strictObject({}) }),
    routes,
    jobs: [],
    events,
    start: () => Promise.resolve({ endpoints: endpoints(), stop: () => Promise.resolve() }),
  });
}
