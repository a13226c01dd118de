import { eachItem } from '@stella-ops/contracts';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { digestOfJson } from '@stella-ops/engine-kernel';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import { currentSnapshots } from '../evidence/snapshots.ts';
import { type PolicyParts, SERVICE } from '../parts.ts';
import { findImage, markWaiting, noteImage } from '../store/images.ts';
import { readRevision } from '../store/state.ts';
import type { JudgeImageData } from './judge-image.ts';

const Data = z.strictObject({
  /** Id of the event that asks for it. */
  cause: z.string(),
  /** Ask the scanner for its images first: events about them were missed. */
  listsImages: z.boolean(),
});
export type JudgeAllData = z.infer<typeof Data>;

export const JUDGE_ALL = {
  name: 'policy.judge-all',
  summary: 'Has all images of a tenant judged again after advisories, VEX, the active pack or exceptions changed',
};

const PAGE = 100;

export function judgeAllJob(parts: PolicyParts, judgeImage: Job<JudgeImageData>): Job<JudgeAllData> {
  const { host } = parts;
  return defineJob({
    name: JUDGE_ALL.name,
    schema: Data,
    key: ({ cause }) => cause,
    attempts: 6,
    backoff: { firstSeconds: 2, longestSeconds: 300 },
    timeoutMs: 1_800_000,
    run: async ({ listsImages }, { tenantId, signal }) => {
      if (listsImages) await noteAll(parts, tenantId);
      const occasion = await presentOccasion(parts, tenantId);
      let after = '';
      do {
        signal.throwIfAborted();
        const page = await host.database.withTenant(tenantId, async (tx) => {
          const digests = await markWaiting(tx, tenantId, after, PAGE);
          if (occasion === undefined) return digests;
          for (const imageDigest of digests) {
            await host.jobs.enqueue(tx, judgeImage, tenantId, { imageDigest, occasion });
          }
          return digests;
        });
        after = page.length < PAGE ? '' : (page.at(-1) ?? '');
      } while (after !== '');
    },
  });
}

/**
 * A name for the state of the world, so that each image is held against it once, however many events lead here. It counts
 * changes and does not name contents: a pack that is activated again after another one is a new state.
 */
async function presentOccasion(parts: PolicyParts, tenantId: string): Promise<string | undefined> {
  try {
    const { advisories, vex } = await currentSnapshots(parts, tenantId);
    const revision = await parts.host.database.withTenant(tenantId, (tx) => readRevision(tx, tenantId), {
      isReadOnly: true,
    });
    return digestOfJson([advisories.id, vex?.id ?? null, revision.toString()]);
  } catch (error) {
    if (error instanceof AppError && error.code === 'SNAPSHOT_MISSING') return undefined;
    throw error;
  }
}

async function noteAll({ host, clock }: PolicyParts, tenantId: string): Promise<void> {
  const scanner = host.client(SCANNER_ROUTES, { tenantId, service: SERVICE, scopes: ['scanner.read'] });
  const images = eachItem(async (cursor) => {
    const { body } = await scanner.listImages({
      query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
    });
    return body;
  });
  for await (const { digest: imageDigest, inventoryDigest } of images) {
    await host.database.withTenant(tenantId, async (tx) => {
      const known = await findImage(tx, tenantId, imageDigest);
      if (known?.inventoryDigest === inventoryDigest) return;
      await noteImage(tx, tenantId, { imageDigest, inventoryDigest, at: clock.now() });
    });
  }
}
