import { canonicalJson, EXIT, parseDigest, parseTimestamp } from '@stella-ops/engine-kernel';
import { type Verification, verifyBundle } from '@stella-ops/engine-envelope';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { fail } from '../errors.ts';
import { readInput } from '../input.ts';
import { checkRows } from '../render/check-rows.ts';
import { columns } from '../render/table.ts';
import { readTrustFiles, TRUST_OPTIONS } from '../trust-input.ts';

export const command = defineCommand({
  description:
    'Uses no network and trusts only what you name. "unverifiable" means that nothing is wrong but trust or evidence is\n' +
    'lacking; "invalid" means that something is wrong. A bundle tells no time: without --at a retired key still counts.',
  arguments: [{ name: 'bundle', summary: 'Sigstore bundle, v0.1 to v0.3', arity: 'one' }],
  options: {
    ...TRUST_OPTIONS,
    artifact: { type: 'text', value: 'FILE', summary: 'what the bundle must be about' },
    digest: { type: 'text', value: 'sha256:HEX', summary: 'digest of what the bundle must be about' },
    'predicate-type': { type: 'text', value: 'URI', summary: 'predicate type that the statement must have' },
    at: {
      type: 'text',
      value: 'TIME',
      summary: 'when it was signed, as you know from elsewhere: key and log must have been valid then',
    },
    'ignore-log': { type: 'flag', summary: 'do not ask for an entry in a trusted log' },
    format: formatOption('table', 'json'),
    output: OUTPUT_OPTION,
  },
  examples: ['stella bundle verify shop.sigstore.json --trusted-root release.trusted-root.json --artifact shop.tar'],
  exits: { 2: 'invalid input', 3: 'not verified', 4: 'a file is not there' },
  async run(context, [path = ''], options) {
    if (options.artifact !== undefined && options.digest !== undefined)
      throw fail('USAGE', 'give --artifact or --digest, not both');
    const trust = await readTrustFiles(options, context);
    if (trust === undefined) throw fail('USAGE', 'give --key or --trusted-root: a bundle cannot vouch for itself');
    const bytes = await readInput(path, context, 64 << 20);
    const artifact =
      options.artifact !== undefined
        ? { bytes: await readInput(options.artifact, context) }
        : options.digest !== undefined
          ? { digest: parseDigest(options.digest) }
          : undefined;
    const result = verifyBundle(bytes, {
      trust,
      log: options['ignore-log'] ? 'optional' : 'required',
      ...(options.at === undefined ? {} : { at: parseTimestamp(options.at) }),
      ...(artifact === undefined ? {} : { artifact }),
      ...(options['predicate-type'] === undefined ? {} : { expect: { predicateType: options['predicate-type'] } }),
    });
    return {
      exit: result.ok ? 0 : EXIT.verification,
      render: {
        table: () =>
          `${columns([[result.ok ? 'VERIFIED' : result.status.toUpperCase(), path], ...checkRows(result.checks)]).join('\n')}\n`,
        json: () => `${canonicalJson(documentOf(result))}\n`,
      },
    };
  },
});

function documentOf(result: Verification) {
  const checks = result.checks.map(({ name, state, detail }) => ({ name, state, detail }));
  if (!result.ok) return { status: result.status, failed: result.failed.name, checks };
  const { keyHint, keyName, statement, log } = result;
  return {
    status: 'verified',
    keyHint,
    keyName,
    subjects: statement?.subjects,
    predicateType: statement?.predicateType,
    log:
      log === undefined ? undefined : { origin: log.origin, index: Number(log.index), treeSize: Number(log.treeSize) },
    checks,
  };
}
