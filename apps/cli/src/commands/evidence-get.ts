import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { writeOutput } from '../output.ts';
import { collect } from '../server/bytes.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Reading evidence is recorded in the audit trail. --bundle keeps the Sigstore bundle for other tools.',
  arguments: [{ name: 'id', summary: 'id of the packet', arity: 'one' }],
  options: { bundle: { type: 'text', value: 'FILE', summary: 'write the Sigstore bundle to FILE' } },
  examples: ['stella evidence get 0199a1b2-0000-7000-8000-000000000001 --bundle promotion.sigstore.json'],
  async run(session, [packetId = ''], options, context) {
    const evidence = session.client(EVIDENCE_ROUTES);
    const params = { packetId };
    const { body } = await evidence.getPacket({ params });
    if (options.bundle !== undefined) {
      const { body: bundle } = await evidence.getBundle({ params });
      await writeOutput(options.bundle, await collect(bundle), context);
    }
    return showOne(body, [
      ['packet', body.id],
      ['kind', body.kind],
      ['title', body.title],
      ['about', body.subjectId],
      ['log index', String(body.logIndex)],
      ['capsule', body.capsuleDigest ?? ''],
      ['bundle', options.bundle ?? ''],
      ['sealed', body.sealedAt],
    ]);
  },
});
