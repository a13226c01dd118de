import type { Gate } from '@stella-ops/contracts/releases';
import { gateOf } from './gate.ts';

/** An unverified release is delivered without evidence, and every gate that would need some says so. */
export function unverifiedGates(at: string, release: string): Gate[] {
  return (['scan', 'policy', 'evidence'] as const).map((name) =>
    gateOf(at, { name, state: 'skipped', sentence: `${release} is unverified: ${SKIPPED[name]}` }),
  );
}

const SKIPPED = {
  scan: 'its images need no inventory.',
  policy: 'no policy judges it, and it is never shown as verified.',
  evidence: 'there is no decision to keep evidence of.',
};
