import type { Gate } from '@stella-ops/contracts/releases';
import { canonicalJson } from '@stella-ops/engine-kernel';
import type { FreezeFact, OrderFact } from '../domain/facts.ts';
import { evidenceGate } from '../domain/gates/evidence-gate.ts';
import { freezeGate } from '../domain/gates/freeze-gate.ts';
import { orderGate } from '../domain/gates/order-gate.ts';
import { policyGate } from '../domain/gates/policy-gate.ts';
import { scanGate } from '../domain/gates/scan-gate.ts';
import { unverifiedGates } from '../domain/gates/unverified-gates.ts';
import type { ImageAnswers } from './evaluate-promotion.ts';

export interface GateFacts extends ImageAnswers {
  readonly release: string;
  readonly mode: 'verified' | 'unverified';
  readonly environment: string;
  readonly before: OrderFact | undefined;
  readonly freezes: readonly FreezeFact[];
}

/** Every gate but approval, in the order in which they are shown. */
export function gatesOf(at: string, facts: GateFacts): Gate[] {
  const judged =
    facts.mode === 'unverified'
      ? unverifiedGates(at, facts.release)
      : [
          ...facts.scans.map((scan) => scanGate(at, scan)),
          ...facts.policies.map((policy) => policyGate(at, policy)),
          ...facts.evidence.map((evidence) => evidenceGate(at, evidence)),
        ];
  return [
    orderGate(at, facts.release, facts.environment, facts.before),
    freezeGate(at, facts.environment, facts.freezes),
    ...judged,
  ];
}

/** The gates with the time at which each began to say what it says, so that looking again changes nothing by itself. */
export function withEarlierTimes(gates: readonly Gate[], earlier: readonly Gate[]): Gate[] {
  const times = new Map(earlier.map((gate) => [answerOf(gate), gate.evaluatedAt]));
  return gates.map((gate) => ({ ...gate, evaluatedAt: times.get(answerOf(gate)) ?? gate.evaluatedAt }));
}

export function isSameGates(a: readonly Gate[], b: readonly Gate[]): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Names of gates that are blocked now and were not before. */
export function newlyBlocked(gates: readonly Gate[], earlier: readonly Gate[]): Gate['name'][] {
  const key = ({ name, component, imageDigest }: Gate): string => JSON.stringify([name, component, imageDigest]);
  const before = new Set(earlier.filter(({ state }) => state === 'blocked').map(key));
  return gates.filter((gate) => gate.state === 'blocked' && !before.has(key(gate))).map(({ name }) => name);
}

function answerOf({ evaluatedAt: _at, ...answer }: Gate): string {
  return canonicalJson(answer);
}
