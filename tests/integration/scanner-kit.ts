import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll } from 'vitest';
import type { AppError } from '@stella-ops/engine-kernel';
import type { ByteStream } from '@stella-ops/contracts';
import { type Scan, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as scanner } from '@stella-ops/service-scanner';
import { fakeRegistry, type FakeRegistry } from '@stella-ops/testkit';
import { type Engine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';

export const TAR = 'application/x-tar';
export const CYCLONEDX = 'application/vnd.cyclonedx+json';

export function stream(contentType: string, ...chunks: readonly (Uint8Array | Error)[]): ByteStream {
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      await Promise.resolve();
      if (chunk instanceof Error) throw chunk;
      yield chunk;
    }
  }
  return { contentType, content: content() };
}

export async function bytesOf(body: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A CycloneDX document about an image, or about nothing in particular. */
export const cycloneDx = (packageName: string, image?: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { type: 'container', name: 'cart', ...(image === undefined ? {} : { version: image }) } },
      components: [
        { type: 'library', name: packageName, version: '1.0.0', purl: `pkg:npm/${packageName}@1.0.0`, 'bom-ref': 'a' },
      ],
    }),
  );

export const configOf = ({ host }: FakeRegistry, workFolder = '') => ({
  workFolder,
  registries: [{ host, username: 'robot', password: 'hunter2-of-the-registry' }],
  attempts: 2,
  maxUploadBytes: 4 * 1024 * 1024,
  maxImageBytes: 100 * 1024 * 1024,
  maxSbomBytes: 1_000_000,
});

export const codeOf = (call: Promise<unknown>): Promise<AppError> =>
  call.then(
    () => {
      throw new Error('the call was answered');
    },
    (error: unknown) => error as AppError,
  );

/** The scanner on one engine, with a registry that it knows. Call it in a suite: it opens before and closes after. */
export function scannerKit(engine: Engine) {
  let database: Database;
  let rig: ServiceRig;
  let registry: FakeRegistry;
  let workFolder = '';

  beforeAll(async () => {
    database = await engine.database();
    registry = await fakeRegistry();
    workFolder = mkdtempSync(join(tmpdir(), 'stella-scanner-'));
    const config = { scanner: configOf(registry, workFolder) };
    rig = await openServiceRig({ services: [scanner], database, config });
  });
  afterAll(async () => {
    await rig.close();
    await registry.close();
    rmSync(workFolder, { recursive: true });
  });

  /** Somebody of a tenant that nobody else uses. */
  const someone = (tenantId = systemIds.uuid()) => {
    const client = rig.as(SCANNER_ROUTES, { tenantId });
    const ended = (scanId: string): Promise<Scan> =>
      rig.eventually(`the end of scan ${scanId}`, async () => {
        const { body } = await client.getScan({ params: { scanId } });
        return body.finishedAt !== null && body;
      });
    return {
      tenantId,
      client,
      ended,
      scan: async (source: string, platform?: string): Promise<Scan> => {
        const { body } = await client.createScan({ body: { source, ...(platform === undefined ? {} : { platform }) } });
        return ended(body.id);
      },
      upload: async (archive: Uint8Array, name = 'shop.tar'): Promise<Scan> => {
        const reply = await client.uploadArchive({ query: { name }, body: stream(TAR, archive) });
        return ended(reply.body.id);
      },
      importSbom: (document: Uint8Array, query: { imageDigest?: string; name?: string; platform?: string } = {}) =>
        client.importSbom({ query: { name: 'shop/cart:1', ...query }, body: stream(CYCLONEDX, document) }),
    };
  };

  const eventsOf = async (tenantId: string): Promise<readonly { type: string; data: Record<string, unknown> }[]> => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ type: string; data: Record<string, unknown> }>`
        select type, data from events.outbox where tenant_id = ${tenantId} order by id`.execute(tx),
    );
    return rows;
  };
  const countOf = async (tenantId: string, table: 'image' | 'scan' | 'image_alias'): Promise<number> => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ count: bigint }>`select count(*) as count from scanner.${sql.raw(table)}`.execute(tx),
    );
    return Number(rows[0]?.count);
  };
  const uploadsOf = async (tenantId: string): Promise<number> => {
    let count = 0;
    for await (const _ of rig.host.objects.tenant(tenantId, 'uploads').list()) count++;
    return count;
  };

  return {
    someone,
    eventsOf,
    countOf,
    uploadsOf,
    get database() {
      return database;
    },
    get rig() {
      return rig;
    },
    get registry() {
      return registry;
    },
    /** Where scans keep files while they read. */
    get workFolder() {
      return workFolder;
    },
  };
}
