import { type ByteStream, Digest, Timestamp } from '@stella-ops/contracts';
import type { PolicyPack } from '@stella-ops/contracts/policy';
import { parseDigest } from '@stella-ops/engine-kernel';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { fail } from '../errors.ts';
import { storedBytes } from '../evidence/stored.ts';
import type { PolicyParts } from '../parts.ts';
import { findPack, pagePacks } from '../store/packs.ts';

export function packNotFound(digest: string): AppError {
  return fail('NOT_FOUND', `there is no policy pack ${digest}`);
}

const Key = z.tuple([Timestamp, Digest]);

interface PackQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly name?: string | undefined;
}

/** Packs, newest first. */
export async function listPacks({ host }: PolicyParts, tenantId: string, query: PackQuery) {
  const page = openPage(query, Key);
  const rows = await host.database.withTenant(tenantId, (tx) => pagePacks(tx, tenantId, query, page.after, page.take), {
    isReadOnly: true,
  });
  return page.close(rows, ({ publishedAt, digest }) => [publishedAt, digest]);
}

export async function getPack({ host }: PolicyParts, tenantId: string, digest: string): Promise<PolicyPack> {
  const pack = await host.database.withTenant(tenantId, (tx) => findPack(tx, tenantId, digest), { isReadOnly: true });
  if (pack === undefined) throw packNotFound(digest);
  return pack;
}

/** The bytes as they were published. */
export async function getPackSource(parts: PolicyParts, tenantId: string, digest: string): Promise<ByteStream> {
  const pack = await getPack(parts, tenantId, digest);
  const bytes = await storedBytes(parts, tenantId, 'policies', parseDigest(pack.digest));
  return {
    contentType: 'application/yaml',
    content: (async function* content() {
      yield bytes;
    })(),
  };
}
