import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { table } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne, shortTime } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'id', summary: 'id of the finding', arity: 'one' }],
  examples: ['stella findings show 0199a1b2-0000-7000-8000-000000000001'],
  async run(session, [findingId = '']) {
    const findings = session.client(FINDINGS_ROUTES);
    const params = { findingId };
    const [{ body: finding }, { body: history }] = await Promise.all([
      findings.getFinding({ params }),
      findings.getHistory({ params, query: { limit: 50 } }),
    ]);
    return showOne(
      { finding, history: history.items },
      [
        ['vulnerability', [finding.vulnerability, ...finding.aliases].join(', ')],
        ['package', `${finding.package} ${finding.installedVersion}`],
        ['fixed in', finding.fixedVersions.join(', ')],
        ['severity', finding.score === null ? finding.severity : `${finding.severity} (${finding.score})`],
        ['status', finding.status],
        ['image', `${finding.imageName} ${finding.imageDigest}`],
        ['why it matches', sentences(finding.matchTrace)],
        ['what policy says', sentences(finding.policyTrace)],
        ['decision', finding.decisionId],
      ],
      () =>
        `\n${table(
          ['TIME', 'WHAT', 'FROM', 'TO'],
          history.items.map((one) => [shortTime(one.at), one.type, one.from ?? '', one.to]),
        )}`,
    );
  },
});

/** Trace rows are the engine's own; each carries a sentence, or a rule and what it did. */
function sentences(trace: readonly unknown[]): string {
  return (trace as readonly { readonly sentence?: string; readonly rule?: string; readonly action?: string }[])
    .map(({ sentence, rule = '', action = '' }) => sentence ?? `${rule} ${action}`)
    .join('; ');
}
