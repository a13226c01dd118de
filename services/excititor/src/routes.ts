import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import { importVex } from './commands/import-vex.ts';
import type { Parts } from './parts.ts';
import { pageOfDocuments, pageOfSnapshots, pageOfStatements } from './queries/lists.ts';
import { openDocument } from './queries/open-document.ts';

export function excititorEndpoints(parts: Parts): Endpoint[] {
  return [
    handle(EXCITITOR_ROUTES.importVex, async ({ query, body }, context) => {
      const chunks: Uint8Array[] = [];
      // The route says how much there may be.
      for await (const chunk of body.content) chunks.push(chunk);
      return importVex(parts, context, { bytes: Buffer.concat(chunks), provider: query.provider });
    }),
    handle(EXCITITOR_ROUTES.listDocuments, async ({ query }, { caller }) => ({
      status: 200,
      body: await pageOfDocuments(parts, caller.tenantId, query),
    })),
    handle(EXCITITOR_ROUTES.getDocument, async ({ params }, { caller }) => ({
      status: 200,
      body: {
        contentType: 'application/json',
        content: await openDocument(parts, caller.tenantId, params.digest),
      },
    })),
    handle(EXCITITOR_ROUTES.listStatements, async ({ query }, { caller }) => ({
      status: 200,
      body: await pageOfStatements(parts, caller.tenantId, query),
    })),
    handle(EXCITITOR_ROUTES.listSnapshots, async ({ query }, { caller }) => ({
      status: 200,
      body: await pageOfSnapshots(parts, caller.tenantId, query),
    })),
  ];
}
