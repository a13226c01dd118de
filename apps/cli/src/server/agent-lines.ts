import type { Agent } from '@stella-ops/contracts/deployments';
import { shortTime } from './show.ts';

export function agentLines(one: Agent): (readonly [string, string])[] {
  return [
    ['agent', one.name],
    ['status', one.status],
    ['last seen', shortTime(one.lastSeenAt)],
    ['targets', one.targets.join(', ')],
    ['platform', one.platform ?? ''],
    ['version', one.softwareVersion],
    ['certificate', `${one.certificateSerial} until ${shortTime(one.certificateExpiresAt)}`],
    ['enrolled', shortTime(one.enrolledAt)],
    ['id', one.id],
  ];
}
