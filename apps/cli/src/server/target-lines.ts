import type { Target } from '@stella-ops/contracts/deployments';
import { columns, printable, shortDigest, table } from '../render/table.ts';
import { shortTime } from './show.ts';

export function targetLines(one: Target): (readonly [string, string])[] {
  return [
    ['target', `${one.name} (${one.kind})`],
    ['environment', one.environment],
    ['agent', one.agent],
    ['status', one.status],
    ['last seen', shortTime(one.lastSeenAt)],
    ['engine', [one.engineVersion ?? '', one.platform ?? ''].join(' ').trim()],
    ['runs', one.release ?? 'nothing yet'],
    ['deployment', one.deploymentId ?? ''],
    ['id', one.id],
  ];
}

/** Where it differs from what should run, and what was seen. */
export function targetDetails({ containers, drift }: Target): string {
  const faults = columns(drift.map(({ kind, service, sentence }) => [`  ${kind}`, service ?? '', printable(sentence)]));
  const rows = containers.map((one) => [
    one.name,
    one.labels['stella.component'] ?? '',
    one.state,
    one.health,
    shortDigest(one.labels['stella.digest']),
    shortDigest(one.imageId),
    one.startedAt ?? '',
  ]);
  const parts = [];
  if (faults.length > 0) parts.push(`\ndrift\n${faults.join('\n')}\n`);
  if (rows.length > 0) {
    parts.push(`\n${table(['CONTAINER', 'COMPONENT', 'STATE', 'HEALTH', 'DIGEST', 'IMAGE', 'STARTED'], rows)}`);
  }
  return parts.join('');
}
