import { resolve } from 'node:path';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { cutSlice, matchSlice } from '@stella-ops/engine-advisories';
import { decide, packCapsule } from '@stella-ops/engine-capsule';
import { signStatement } from '@stella-ops/engine-envelope';
import { openLocalLog } from '@stella-ops/engine-tlog';
import { buildVexSet } from '@stella-ops/engine-vex';
import { withIndex } from '../advisory-index.ts';
import { defineCommand, formatOption } from '../command.ts';
import { creationTime } from '../context.ts';
import { readVexFiles } from '../find.ts';
import { loadInventory } from '../load-inventory.ts';
import { writeOutput } from '../output.ts';
import { decisionTime, JUDGE_OPTIONS, readExceptionsFile, readPackFile } from '../policy-input.ts';
import { exitOf, verdictTable } from '../render/verdict-table.ts';
import { openSigner } from '../secrets.ts';
import { VERSION } from '../version.ts';
import { SCAN_OPTIONS, SOURCE_OR_SBOM_ARGUMENT } from '../scan-options.ts';

export const command = defineCommand({
  description:
    'The capsule holds everything the verdict depended on, signed and logged; it is written whatever the verdict is.\n' +
    'Others verify it with your trusted root and replay it without your machine.',
  arguments: [SOURCE_OR_SBOM_ARGUMENT],
  options: {
    advisories: { type: 'text', value: 'FILE', summary: 'advisory index', required: true },
    policy: { type: 'text', value: 'PACK', summary: 'policy pack, YAML', required: true },
    vex: { type: 'list', value: 'FILE', summary: 'OpenVEX document' },
    ...JUDGE_OPTIONS,
    key: { type: 'text', value: 'FILE', summary: 'private key ("stella key create")', required: true },
    log: { type: 'text', value: 'FILE', summary: 'local log (default: beside the key, .tlog)' },
    output: { type: 'text', value: 'FILE', summary: 'the capsule to write, X.capsule.tar.zst', required: true },
    format: formatOption('table', 'json'),
    ...SCAN_OPTIONS,
  },
  examples: [
    'stella decide registry:localhost:5000/shop:1.2 --advisories advisories.idx --policy policies/baseline.yaml --key stella.key --output shop.capsule.tar.zst',
  ],
  exits: {
    2: 'invalid input',
    3: 'the key cannot be opened',
    4: 'not found',
    6: 'denied or pending; the capsule is written',
    10: 'the registry may answer later',
  },
  async run(context, [source = ''], options) {
    // What is cheap to refuse is refused before the image is read.
    const { bytes: policyBytes } = await readPackFile(options.policy, context);
    const exceptions = await readExceptionsFile(options.exceptions, context);
    const evaluatedAt = decisionTime(options.at, context);
    const documents = await readVexFiles(options.vex, context);
    const signer = await openSigner(options.key, context);
    const log = openLocalLog({ file: resolve(context.cwd, options.log ?? options.key.replace(/(\.key)?$/, '.tlog')) });
    try {
      const { inventory, warnings } = await loadInventory(source, context, {
        platform: options.platform,
        useCache: !options['no-cache'],
        verifyDiffIds: true,
      });
      for (const warning of warnings) context.notice(warning);
      const slice = withIndex(options.advisories, context, (index) => cutSlice(inventory, index));
      const decision = decide({
        inventory,
        slice,
        vexSet: buildVexSet(documents, matchSlice(inventory, slice)),
        policyBytes,
        exceptions,
        evaluatedAt,
        ...(options.env === undefined ? {} : { environment: options.env }),
      });
      const capsule = await packCapsule(decision, {
        attest: (statement) => signStatement(statement, { signer, log }),
        created: creationTime(context),
        producer: `stella ${VERSION}`,
      });
      await writeOutput(options.output, capsule, context);
      const { verdict, verdictDigest, inputDigest } = decision;
      return {
        exit: exitOf(verdict),
        render: {
          table: () =>
            `${verdictTable(verdict)}\ncapsule   ${options.output} (${capsule.length} bytes)\ndecision  ${inputDigest}\nverdict   ${verdictDigest}\n`,
          json: () => `${canonicalJson({ file: options.output, decision: inputDigest, verdictDigest, verdict })}\n`,
        },
      };
    } finally {
      log.close();
    }
  },
});
