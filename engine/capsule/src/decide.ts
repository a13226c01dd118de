import type { Findings, Slice } from '@stella-ops/engine-advisories';
import { type Inventory, inventoryBytes } from '@stella-ops/engine-inventory';
import { canonicalBytes, type Digest, digestOf, parseTimestamp, type Timestamp } from '@stella-ops/engine-kernel';
import { canonicalExceptions, type ExceptionSet, type Verdict } from '@stella-ops/engine-policy';
import { type VexSet, vexSetBytes } from '@stella-ops/engine-vex';
import { SEMANTICS } from './decision-input.ts';
import { type Blobs, evaluateDecision } from './evaluate-decision.ts';
import type { DecisionInput } from './types.ts';

/** What a decision is made from, as values. */
export interface DecisionRequest {
  readonly inventory: Inventory;
  /** Cut for this inventory. */
  readonly slice: Slice;
  readonly vexSet: VexSet;
  /** The policy pack as it was written. */
  readonly policyBytes: Uint8Array;
  readonly exceptions: ExceptionSet;
  readonly environment?: string;
  /** The moment the decision speaks of: exceptions count or lapse by it. */
  readonly evaluatedAt: Timestamp;
}

/** A decision with everything it depends on. */
export interface Decision {
  readonly input: DecisionInput;
  /** Id of the decision. */
  readonly inputDigest: Digest;
  readonly findings: Findings;
  readonly verdict: Verdict;
  /** RFC 8785 form of the verdict. */
  readonly verdictBytes: Buffer;
  readonly verdictDigest: Digest;
  readonly blobs: Blobs;
}

/**
 * Decides by a policy and keeps what the decision depends on, each document as the bytes its digest is of.
 *
 * @throws AppError what `evaluateDecision` throws, `ENCODING_INVALID` when `evaluatedAt` is no time
 */
export function decide(request: DecisionRequest): Decision {
  const blobs = new Map<Digest, Uint8Array>();
  const keep = (bytes: Uint8Array): Digest => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return digest;
  };
  const input: DecisionInput = {
    format: 'stella.decision-input/v1',
    subject: request.inventory.subject,
    inventory: keep(inventoryBytes(request.inventory)),
    slice: keep(canonicalBytes(request.slice)),
    vex: keep(vexSetBytes(request.vexSet)),
    reachability: null,
    policy: keep(Buffer.from(request.policyBytes)),
    exceptions: keep(canonicalExceptions(request.exceptions)),
    approvals: null,
    environment: request.environment ?? null,
    previousVerdict: null,
    evaluatedAt: parseTimestamp(request.evaluatedAt),
    semantics: SEMANTICS,
  };
  const { findings, verdict } = evaluateDecision(input, blobs);
  const verdictBytes = canonicalBytes(verdict);
  return {
    input,
    inputDigest: digestOf(canonicalBytes(input)),
    findings,
    verdict,
    verdictBytes,
    verdictDigest: digestOf(verdictBytes),
    blobs,
  };
}
