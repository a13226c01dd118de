import { canonicalJson, EXIT } from '@stella-ops/engine-kernel';
import type { Finding } from '@stella-ops/engine-advisories';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { findingsOf, readVexFiles } from '../find.ts';
import { findingsReport } from '../findings-report.ts';
import { loadInventory } from '../load-inventory.ts';
import { findingsTable } from '../render/findings-table.ts';
import { SCAN_OPTIONS, SOURCE_OR_SBOM_ARGUMENT, VERIFY_OPTION } from '../scan-options.ts';

const LEVELS = ['low', 'medium', 'high', 'critical'] as const;

export const command = defineCommand({
  description:
    'Every finding carries what decided it: the record, the key that was looked up and the pair of versions around the\n' +
    'installed one. Ecosystems that the advisories cannot answer for are listed; they are not clean, they are unknown.',
  arguments: [SOURCE_OR_SBOM_ARGUMENT],
  options: {
    advisories: { type: 'text', value: 'FILE', summary: 'advisory index', required: true },
    vex: { type: 'list', value: 'FILE', summary: 'OpenVEX document' },
    'fail-on': {
      type: 'choice',
      choices: LEVELS,
      summary: 'exit 6 for an open finding of this severity or above; unknown severity counts',
    },
    'fail-on-gaps': { type: 'flag', summary: 'exit 2 when something could not be read' },
    format: formatOption('table', 'json'),
    output: OUTPUT_OPTION,
    ...SCAN_OPTIONS,
    ...VERIFY_OPTION,
  },
  examples: [
    'stella findings match shop.cdx.json --advisories advisories.idx',
    'stella findings match oci-dir:shop --advisories advisories.idx --vex shop.openvex.json --fail-on high',
  ],
  exits: { 2: 'invalid input, or gaps with --fail-on-gaps', 4: 'source or index not found', 6: '--fail-on is met' },
  async run(context, [source = ''], options) {
    const vex = await readVexFiles(options.vex, context);
    const { inventory, warnings } = await loadInventory(source, context, {
      platform: options.platform,
      useCache: !options['no-cache'],
      verifyDiffIds: options['verify-diff-ids'],
    });
    for (const warning of warnings) context.notice(warning);
    const findings = findingsOf(inventory, options.advisories, vex, context);
    const threshold = options['fail-on'];
    const isMet = threshold !== undefined && findings.findings.some((finding) => isOpenAtOrAbove(finding, threshold));
    return {
      exit: isMet ? EXIT.denied : options['fail-on-gaps'] && inventory.gaps.length > 0 ? EXIT.invalid : 0,
      render: {
        table: () => findingsTable(findings, inventory.gaps),
        json: () => `${canonicalJson(findingsReport(inventory, findings))}\n`,
      },
    };
  },
});

/** Not suppressed by VEX, and as severe; what has no severity may be anything, so it counts. */
function isOpenAtOrAbove(finding: Finding, threshold: (typeof LEVELS)[number]): boolean {
  if (finding.vex?.status === 'not_affected' || finding.vex?.status === 'fixed') return false;
  const { level } = finding.severity;
  if (level === 'unknown') return true;
  return level !== 'none' && LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
}
