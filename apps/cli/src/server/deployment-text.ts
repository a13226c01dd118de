import { EXIT } from '@stella-ops/engine-kernel';
import type { Deployment, Step } from '@stella-ops/contracts/deployments';
import { columns, printable } from '../render/table.ts';

const OVER = new Set<Deployment['state']>(['succeeded', 'failed', 'rolled_back', 'cancelled']);
const MARK: Readonly<Record<Step['state'], string>> = {
  pending: '',
  running: 'now',
  done: 'ok',
  failed: 'FAILED',
  skipped: 'skipped',
  undone: 'undone',
};
/** Of the output of a task that failed; all of it is in the JSON form. */
const OUTPUT_LINES = 10;

export const isDeploymentOver = ({ state }: Deployment): boolean => OVER.has(state);

/** 6 when it did not come about, so that a pipeline stops there. */
export const exitOfDeployment = ({ state }: Deployment): number =>
  state === 'failed' || state === 'cancelled' ? EXIT.denied : EXIT.ok;

/** A deployment as people read it: each target with its steps, each failure with its hint. */
export function deploymentText(one: Deployment): string {
  const head = columns(
    [
      [
        'deployment',
        printable(`${one.release} to ${one.environment} (${one.kind}, ${one.strategy.replaceAll('_', ' ')})`),
      ],
      ['state', one.state],
      ['why', printable(one.sentence)],
      ['by', printable(`${one.startedBy.name}${one.reason === '' ? '' : `: ${one.reason}`}`)],
      ['plan', one.planDigest],
      ['evidence', one.packetId ?? ''],
      ['id', one.id],
    ].filter(([, text]) => text !== ''),
  );
  const tasks = one.tasks.map((task) => {
    const attempt = task.attempt > 1 ? `, attempt ${task.attempt}` : '';
    const lines = [`${printable(task.target)} (batch ${task.batch}${attempt}): ${task.state}`];
    lines.push(
      ...columns(task.steps.map((step) => [`  ${MARK[step.state]}`, printable(step.service ?? ''), stepText(step)])),
    );
    if (task.state === 'failed' && task.output !== '') {
      lines.push('  last output');
      const output = task.output.trimEnd().split('\n').slice(-OUTPUT_LINES);
      lines.push(...output.map((line) => `    ${printable(line)}`));
    }
    return lines.join('\n');
  });
  return `${[head.join('\n'), ...tasks].join('\n\n')}\n`;
}

function stepText({ sentence, error }: Step): string {
  if (error === null) return printable(sentence);
  return printable(`${sentence}: ${error.message} (${error.code}; ${error.hint})`);
}
