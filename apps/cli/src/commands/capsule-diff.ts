import { canonicalJson } from '@stella-ops/engine-kernel';
import { type CapsuleDiff, diffCapsules } from '@stella-ops/engine-capsule';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { readCapsuleFile } from '../read-capsule-file.ts';
import { columns, printable } from '../render/table.ts';
import { TRUST_OPTIONS } from '../trust-input.ts';

export const command = defineCommand({
  description:
    'Both decisions are computed again from their evidence and compared. Signatures are looked at only where you name whom\n' +
    'to trust: a capsule that does not verify is then refused.',
  arguments: [
    { name: 'before', summary: 'capsule', arity: 'one' },
    { name: 'after', summary: 'capsule', arity: 'one' },
  ],
  options: { ...TRUST_OPTIONS, format: formatOption('table', 'json'), output: OUTPUT_OPTION },
  examples: ['stella capsule diff monday.capsule.tar.zst tuesday.capsule.tar.zst'],
  exits: { 2: 'not a capsule', 3: 'not verified by the trust that was named', 4: 'a file is not there' },
  async run(context, [before = '', after = ''], options) {
    const diff = await diffCapsules(
      await readCapsuleFile(before, options, context),
      await readCapsuleFile(after, options, context),
      { before, after },
    );
    return { render: { table: () => `${columns(rowsOf(diff)).join('\n')}\n`, json: () => `${canonicalJson(diff)}\n` } };
  },
});

function rowsOf(diff: CapsuleDiff): string[][] {
  const value = (one: unknown): string => (one === undefined ? 'absent' : printable(canonicalJson(one)).slice(0, 120));
  const changes = (
    name: string,
    list: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[],
  ): string[][] =>
    list.map((one) => [`~ ${name}`, `${printable(one.path)}: ${value(one.before)} → ${value(one.after)}`]);
  const { inventory, findings, vex } = diff;
  return [
    [
      'outcome',
      diff.outcome.before === diff.outcome.after
        ? diff.outcome.after
        : `${diff.outcome.before} → ${diff.outcome.after}`,
    ],
    ['time', `${diff.evaluatedAt.before} → ${diff.evaluatedAt.after}`],
    ...changes('input', diff.input),
    ...inventory.added.map((one) => ['+ component', printable(one.ref)]),
    ...inventory.removed.map((one) => ['- component', printable(one.ref)]),
    ...inventory.changed.map((one) => ['~ component', printable(one.after.ref)]),
    ...changes('advisories', diff.advisories),
    ...findings.added.map((one) => ['+ finding', printable(`${one.vulnerability} in ${one.component}`)]),
    ...findings.removed.map((one) => ['- finding', printable(`${one.vulnerability} in ${one.component}`)]),
    ...findings.changed.map((one) => [
      '~ finding',
      printable(
        `${one.finding.vulnerability} in ${one.finding.component}: ${one.differences.map(({ path }) => path).join(', ')}`,
      ),
    ]),
    ...vex.added.map((one) => ['+ vex', one]),
    ...vex.removed.map((one) => ['- vex', one]),
    ...changes('policy', diff.policy),
    ...changes('exceptions', diff.exceptions),
    ...changes('reasons', diff.reasons),
  ];
}
