import type { PolicyException } from '@stella-ops/contracts/policy';

export function exceptionLines(one: PolicyException): (readonly [string, string])[] {
  return [
    ['exception', one.id],
    ['state', one.state],
    ['vulnerability', one.vulnerability],
    ['package', one.package ?? 'every package'],
    ['image', one.imageDigest ?? 'every image'],
    ['reason', one.reason],
    ['asked by', one.requestedBy.name],
    ['decided by', one.decidedBy === null ? '' : `${one.decidedBy.name}: ${one.decisionReason ?? ''}`],
    ['expires', one.expiresAt],
  ];
}
