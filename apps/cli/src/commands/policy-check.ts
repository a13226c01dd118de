import { canonicalJson } from '@stella-ops/engine-kernel';
import { evaluate } from '@stella-ops/engine-policy';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { readFindingsReport } from '../findings-report.ts';
import { readInput } from '../input.ts';
import { decisionTime, JUDGE_OPTIONS, readExceptionsFile, readPackFile } from '../policy-input.ts';
import { exitOf, verdictTable } from '../render/verdict-table.ts';

export const command = defineCommand({
  description:
    'A fault in the pack is answered with line and column. The answer depends on the input alone: give --at to repeat it.',
  arguments: [{ name: 'pack', summary: 'policy pack, YAML', arity: 'one' }],
  options: {
    findings: {
      type: 'text',
      value: 'FILE',
      summary: 'what "stella findings match --format json" wrote; - for standard input',
      required: true,
    },
    ...JUDGE_OPTIONS,
    format: formatOption('table', 'json'),
    output: OUTPUT_OPTION,
  },
  examples: ['stella policy check policies/baseline.yaml --findings findings.json --env production'],
  exits: { 2: 'invalid pack, findings or exceptions', 4: 'a file is not there', 6: 'denied or pending' },
  async run(context, [path = ''], options) {
    const { pack } = await readPackFile(path, context);
    const exceptions = await readExceptionsFile(options.exceptions, context);
    const report = readFindingsReport(await readInput(options.findings, context), options.findings);
    const verdict = evaluate(pack, {
      subject: report.subject,
      findings: report,
      gaps: report.gaps,
      exceptions,
      evaluatedAt: decisionTime(options.at, context),
      ...(options.env === undefined ? {} : { environment: options.env }),
    });
    return {
      exit: exitOf(verdict),
      render: { table: () => verdictTable(verdict), json: () => `${canonicalJson(verdict)}\n` },
    };
  },
});
