import { canonicalJson } from '@stella-ops/engine-kernel';
import { evaluateCapsule, readCapsule } from '@stella-ops/engine-capsule';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { fail } from '../errors.ts';
import { readCapsuleFile } from '../read-capsule-file.ts';
import { columns } from '../render/table.ts';
import { verdictTable } from '../render/verdict-table.ts';
import { TRUST_OPTIONS } from '../trust-input.ts';
import { CAPSULE_ARGUMENT } from './capsule-verify.ts';

export const command = defineCommand({
  description:
    'Shows what is said. Whether it is true is looked at only where you name whom to trust: a capsule that does not verify\n' +
    'is then refused. --member prints one file of the capsule.',
  arguments: [CAPSULE_ARGUMENT],
  options: {
    member: { type: 'text', value: 'PATH', summary: 'print this file, byte for byte' },
    ...TRUST_OPTIONS,
    format: formatOption('table', 'json'),
    output: OUTPUT_OPTION,
  },
  examples: [
    'stella capsule show shop.capsule.tar.zst',
    'stella capsule show shop.capsule.tar.zst --member policy.yaml',
  ],
  exits: { 2: 'not a capsule', 3: 'not verified by the trust that was named', 4: 'no such file or member' },
  async run(context, [path = ''], options) {
    const capsule = await readCapsule(await readCapsuleFile(path, options, context), path);
    const { files, seals } = capsule.opened;
    if (options.member !== undefined) {
      const content = files.get(options.member) ?? seals.get(options.member);
      if (content === undefined) {
        throw fail('FILE_NOT_FOUND', `the capsule has no member "${options.member}"`, {
          hint: `Members: ${[...files.keys(), ...seals.keys()].sort().join(', ')}.`,
        });
      }
      return { render: { table: () => content, json: () => content } };
    }
    const verdict = capsule.verdict ?? evaluateCapsule(capsule).verdict;
    const { manifest, input, inputDigest } = capsule;
    return {
      render: {
        table: () =>
          `${verdictTable(verdict)}\n${columns([
            ['decision', inputDigest],
            ['created', `${manifest.created} by ${manifest.annotations['producer'] ?? 'unknown'}`],
            ...manifest.files.map((file) => [file.path, `${file.size} bytes  sha256:${file.sha256}`]),
          ]).join('\n')}\n`,
        json: () => `${canonicalJson({ decision: inputDigest, input, manifest, verdict })}\n`,
      },
    };
  },
});
