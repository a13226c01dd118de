import { digestOf } from '@stella-ops/engine-kernel';
import type { Client } from '@stella-ops/contracts';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { defineCommand, formatOption } from '../command.ts';
import { fail } from '../errors.ts';
import { writeOutput } from '../output.ts';
import { collect } from '../server/bytes.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { openSession } from '../server/session.ts';

export const command = defineCommand({
  description:
    'Afterwards no server is needed: "stella capsule verify" and "stella capsule replay" work offline, with the trusted root\n' +
    'of "stella trust get".',
  arguments: [
    { name: 'digest', summary: 'digest of the capsule, or id of its evidence packet or decision', arity: 'one' },
  ],
  options: {
    server: SERVER_OPTION,
    output: { type: 'text', value: 'FILE', summary: 'the file to write', required: true },
    format: formatOption('table', 'json'),
  },
  examples: [
    'stella capsule get sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 --output shop.capsule.tar.zst',
  ],
  exits: { 3: 'not logged in, or not allowed', 4: 'not found', 10: 'the server may answer later' },
  async run(context, [text = ''], options) {
    const session = await openSession(context, options.server);
    const evidence = session.client(EVIDENCE_ROUTES);
    const capsuleDigest = await capsuleOf(evidence, text);
    const { body } = await evidence.getCapsule({ params: { capsuleDigest } });
    const bytes = await collect(body);
    if (digestOf(bytes) !== capsuleDigest) throw fail('DOWNLOAD_DAMAGED', `${capsuleDigest} arrived with other bytes`);
    await writeOutput(options.output, bytes, context);
    const value = { file: options.output, digest: capsuleDigest, sizeBytes: bytes.length };
    return {
      render: {
        table: () => `${options.output}: ${bytes.length} bytes, ${capsuleDigest}\n`,
        json: () => `${JSON.stringify(value)}\n`,
      },
    };
  },
});

type EvidenceClient = Client<typeof EVIDENCE_ROUTES>;

async function capsuleOf(evidence: EvidenceClient, text: string): Promise<string> {
  if (!text.startsWith('sha256:')) {
    const { body } = await evidence.getPacket({ params: { packetId: text } });
    if (body.capsuleDigest !== null) return body.capsuleDigest;
    throw fail('NAME_UNKNOWN', `the packet ${text} has no capsule`, { hint: 'Only decisions have capsules.' });
  }
  const { body } = await evidence.listPackets({ query: { subjectId: text, limit: 1 } });
  return body.items[0]?.capsuleDigest ?? text;
}
