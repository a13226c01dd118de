import type { PolicyPack } from '@stella-ops/contracts/policy';
import { shortTime, yesNo } from './show.ts';

export function packLines(one: PolicyPack): (readonly [string, string])[] {
  return [
    ['policy', `${one.name} ${one.version}`],
    ['active', yesNo(one.isActive)],
    ['rules', String(one.rules)],
    ['digest', one.digest],
    ['published', `${shortTime(one.publishedAt)} by ${one.publishedBy}`],
  ];
}
