import { actorOf } from '@stella-ops/contracts';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import { commitOfRequest } from './commands/commit.ts';
import { createSnapshot } from './commands/create-snapshot.ts';
import { importFile } from './commands/import-file.ts';
import { receiveUpload } from './commands/receive-upload.ts';
import { observationOf } from './domain/wire-rows.ts';
import type { Parts } from './parts.ts';
import { readLinkset } from './queries/linkset.ts';
import { listAdvisories } from './queries/list-advisories.ts';
import { readRecord } from './queries/read-record.ts';
import { openSnapshotIndex, pageOfSnapshots, readSnapshot } from './queries/snapshots.ts';

export function concelierEndpoints(parts: Parts): Endpoint[] {
  return [
    handle(CONCELIER_ROUTES.importAdvisories, async ({ query, body }, context) =>
      receiveUpload(parts.workFolder, body, async (file) => {
        const { tenantId } = context.caller;
        const commit = commitOfRequest(parts, context);
        const onBehalfOf = actorOf(context.caller);
        const input = {
          tenantId,
          file,
          source: query.source,
          signal: AbortSignal.any([context.signal, parts.stopping]),
          commit,
          onBehalfOf,
        };
        const { imported, unchanged, broken, brokenCount } = await importFile(parts, input);
        return { status: 200, body: { imported, unchanged, broken: [...broken], brokenCount } };
      }),
    ),
    handle(CONCELIER_ROUTES.listAdvisories, async ({ query }, { caller }) => ({
      status: 200,
      body: await listAdvisories(parts, caller.tenantId, query),
    })),
    handle(CONCELIER_ROUTES.getAdvisory, async ({ params }, { caller }) => {
      const raw = await readRecord(parts, caller.tenantId, params.digest);
      return { status: 200, body: { contentType: 'application/json', content: one(raw) } };
    }),
    handle(CONCELIER_ROUTES.getLinkset, async ({ params: { vulnerability } }, { caller }) => {
      const { names, observations, isWhole } = await readLinkset(parts, caller.tenantId, vulnerability);
      return {
        status: 200,
        body: { vulnerability, names: [...names], observations: observations.map(observationOf), isWhole },
      };
    }),
    handle(CONCELIER_ROUTES.createSnapshot, async (_, context) =>
      createSnapshot(parts, {
        tenantId: context.caller.tenantId,
        commit: commitOfRequest(parts, context),
      }),
    ),
    handle(CONCELIER_ROUTES.listSnapshots, async ({ query }, { caller }) => ({
      status: 200,
      body: await pageOfSnapshots(parts, caller.tenantId, query),
    })),
    handle(CONCELIER_ROUTES.getSnapshot, async ({ params }, { caller }) => ({
      status: 200,
      body: await readSnapshot(parts, caller.tenantId, params.snapshotId),
    })),
    handle(CONCELIER_ROUTES.downloadSnapshot, async ({ params }, { caller }) => ({
      status: 200,
      body: {
        contentType: 'application/octet-stream',
        content: await openSnapshotIndex(parts, caller.tenantId, params.snapshotId),
      },
    })),
  ];
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
