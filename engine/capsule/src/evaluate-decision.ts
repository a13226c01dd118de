import { type Findings, matchSlice, readSlice, type Slice } from '@stella-ops/engine-advisories';
import { type Inventory, parseInventory } from '@stella-ops/engine-inventory';
import { canonicalJson, type Digest, digestOf, parseCanonicalJson } from '@stella-ops/engine-kernel';
import {
  evaluate,
  type ExceptionSet,
  packOrThrow,
  parseCanonicalExceptions,
  type Verdict,
} from '@stella-ops/engine-policy';
import { applyVex, readVexSet, type VexDocument } from '@stella-ops/engine-vex';
import { assertSemantics } from './decision-input.ts';
import { fail } from './errors.ts';
import { EVIDENCE, type EvidenceRole } from './members.ts';
import type { DecisionInput } from './types.ts';

/** Documents by their digest. */
export type Blobs = ReadonlyMap<Digest, Uint8Array>;

export interface Evaluation {
  /** The documents that the input names, read. */
  readonly evidence: {
    readonly inventory: Inventory;
    readonly slice: Slice;
    readonly vex: readonly VexDocument[];
    readonly exceptions: ExceptionSet;
  };
  /** With what the exploitability documents say about them. */
  readonly findings: Findings;
  readonly verdict: Verdict;
}

/**
 * Makes a decision from its recorded input: match, apply VEX, judge. A new decision and a replay both end here. Uses
 * no clock, network, randomness or file, so the same input gives the same verdict for ever.
 *
 * @param blobs holds every document that the input names; each is checked against its digest
 * @throws AppError `ENGINE_VERSION_UNAVAILABLE`, `DECISION_BLOB_MISSING`, `DECISION_INPUT_INVALID`, and what the readers of
 *   the documents throw
 */
export function evaluateDecision(input: DecisionInput, blobs: Blobs): Evaluation {
  assertSemantics(input);
  for (const member of ['reachability', 'approvals', 'previousVerdict'] as const) {
    // Evidence that would be passed over in silence could have changed the answer.
    if (input[member] !== null) throw fail('DECISION_INPUT_INVALID', `this release does not weigh ${member}`);
  }
  const read = (role: EvidenceRole): Uint8Array => blobOf(input, role, blobs);

  const inventory = parseInventory(read('inventory'), EVIDENCE.inventory);
  if (canonicalJson(inventory.subject) !== canonicalJson(input.subject)) {
    throw fail('DECISION_INPUT_INVALID', 'the inventory is of another subject', {
      place: { file: EVIDENCE.inventory },
    });
  }
  const slice = readSlice(parseCanonicalJson(read('slice'), EVIDENCE.slice), EVIDENCE.slice);
  const vex = readVexSet(read('vex'), EVIDENCE.vex);
  const exceptions = parseCanonicalExceptions(read('exceptions'), EVIDENCE.exceptions);
  const findings = applyVex(matchSlice(inventory, slice), vex, input.subject);
  const verdict = evaluate(packOrThrow(read('policy'), EVIDENCE.policy), {
    subject: input.subject,
    findings,
    gaps: inventory.gaps,
    exceptions,
    ...(input.environment === null ? {} : { environment: input.environment }),
    evaluatedAt: input.evaluatedAt,
  });
  return { evidence: { inventory, slice, vex, exceptions }, findings, verdict };
}

function blobOf(input: DecisionInput, role: EvidenceRole, blobs: Blobs): Uint8Array {
  const place = { file: EVIDENCE[role] };
  const bytes = blobs.get(input[role]);
  if (bytes === undefined) throw fail('DECISION_BLOB_MISSING', `${role} ${input[role]} is not at hand`, { place });
  const found = digestOf(bytes);
  if (found === input[role]) return bytes;
  throw fail('DECISION_INPUT_INVALID', `${role} has digest ${found}, the input names ${input[role]}`, { place });
}
