import { Digest, Timestamp } from '@stella-ops/contracts';
import { openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { imageAnswer } from '../domain/answers.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { findImage, type ImageRow, listImages } from '../store/images.ts';

const PLACE = z.strictObject({ scannedAt: Timestamp, digest: Digest });

/** @throws AppError `NOT_FOUND` */
export async function readImageRow({ host }: Parts, tenantId: string, digest: string): Promise<ImageRow> {
  const row = await host.database.withTenant(tenantId, (tx) => findImage(tx, tenantId, digest), { isReadOnly: true });
  if (row === undefined) throw fail('NOT_FOUND', 'there is no image with this digest');
  return row;
}

export async function pageOfImages(
  { host }: Parts,
  tenantId: string,
  query: { readonly limit: number; readonly cursor?: string | undefined; readonly name?: string | undefined },
) {
  const page = openPage(query, PLACE);
  const { after, take } = page;
  const rows = await host.database.withTenant(
    tenantId,
    (tx) => listImages(tx, { tenantId, name: query.name, after, take }),
    { isReadOnly: true },
  );
  return page.close(rows.map(imageAnswer), ({ scannedAt, digest }) => ({ scannedAt, digest }));
}
