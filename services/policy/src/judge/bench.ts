import { readFileSync } from 'node:fs';
import { type AdvisoryIndex, cutSlice, matchSlice, openIndex } from '@stella-ops/engine-advisories';
import { decide } from '@stella-ops/engine-capsule';
import { type Inventory, parseInventory } from '@stella-ops/engine-inventory';
import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { type Exception, type ExceptionSet, packOrThrow } from '@stella-ops/engine-policy';
import { buildVexSet, readOpenVex, type VexDocument } from '@stella-ops/engine-vex';
import { answerDigest } from '../domain/answer.ts';
import { topReasons } from '../domain/top-reasons.ts';
import { fail } from '../errors.ts';
import type { DecisionOrder, JudgedDecision, LocalFile, PackSummary, VexWanted } from './orders.ts';
import { Recent } from './recent.ts';

/** Of texts; the documents as read are about three times that. */
const VEX_BYTES = 128 * 1024 * 1024;

/**
 * Makes decisions from stored documents: reads, cuts the slice, applies VEX, judges. Synchronous, and seconds of work for
 * a large image, so it lives in a thread of its own. Indexes stay open and VEX documents stay read between decisions.
 */
export class Bench {
  readonly #indexes: Recent<AdvisoryIndex>;
  /** By tenant too: nobody learns from its speed what others have. */
  readonly #vex = new Recent<VexDocument>(VEX_BYTES, ({ raw }) => raw.length);

  constructor(options: { readonly openIndexes: number }) {
    this.#indexes = new Recent(
      options.openIndexes,
      () => 1,
      (index) => index.close(),
    );
  }

  /**
   * @throws AppError `EVIDENCE_UNREADABLE` for a stored document that is not what it should be, and what the engine throws
   */
  decide(order: DecisionOrder): JudgedDecision | VexWanted {
    const documents = this.#vexDocuments(order);
    if (!Array.isArray(documents)) return documents;
    const inventory = parseInventory(checkedBytes(order.inventory), 'inventory');
    const slice = cutSlice(inventory, this.#index(order));
    const decision = decide({
      inventory,
      slice,
      vexSet: buildVexSet(documents, matchSlice(inventory, slice)),
      policyBytes: order.policy,
      exceptions: exceptionSet(order.exceptions, inventory),
      evaluatedAt: order.evaluatedAt,
      ...(order.environment === undefined ? {} : { environment: order.environment }),
    });
    const { verdict, findings, input } = decision;
    const findingsBytes = canonicalBytes(findings);
    return {
      kind: 'judged',
      id: decision.inputDigest,
      outcome: verdict.outcome,
      reasons: topReasons(verdict, findings),
      counts: verdict.counts,
      policy: { name: verdict.policy.name, version: verdict.policy.version, digest: verdict.policy.digest },
      verdictDigest: decision.verdictDigest,
      findingsDigest: digestOf(findingsBytes),
      answerDigest: answerDigest(findings, verdict),
      evaluatedAt: input.evaluatedAt,
      documents: order.wantsDocuments
        ? [...decision.blobs.values(), findingsBytes, decision.verdictBytes, canonicalBytes(input)]
        : [],
    };
  }

  /** @throws AppError `POLICY_INVALID` with all diagnostics in its details */
  readPack(bytes: Uint8Array): PackSummary {
    const { name, version, digest, rules } = packOrThrow(bytes, 'pack');
    return { name, version, digest, rules: rules.length };
  }

  close(): void {
    this.#indexes.clear();
  }

  #index({ tenantId, index }: DecisionOrder): AdvisoryIndex {
    const key = `${tenantId} ${index.digest}`;
    const known = this.#indexes.get(key);
    // Each part of an index is checked when it is read; what is left to check is that it is the one.
    const opened = known ?? openIndex(index.path);
    if (known === undefined) this.#indexes.put(key, opened);
    if (opened.snapshot === index.snapshot) return opened;
    throw fail('EVIDENCE_UNREADABLE', `index ${index.digest} holds ${opened.snapshot}, not ${index.snapshot}`);
  }

  #vexDocuments({ tenantId, vex, vexFiles }: DecisionOrder): VexDocument[] | VexWanted {
    const given = new Map(vexFiles.map((file) => [file.digest, file]));
    const documents: VexDocument[] = [];
    const lacking: DecisionOrder['vex'][number][] = [];
    for (const digest of vex) {
      const key = `${tenantId} ${digest}`;
      const file = given.get(digest);
      let document = this.#vex.get(key);
      if (document === undefined && file !== undefined) {
        document = readVex(file);
        this.#vex.put(key, document);
      }
      if (document === undefined) lacking.push(digest);
      else documents.push(document);
    }
    return lacking.length === 0 ? documents : { kind: 'vex-wanted', digests: lacking };
  }
}

function readVex(file: LocalFile): VexDocument {
  const reading = readOpenVex(checkedBytes(file), 'vex');
  if (reading.ok) return reading.document;
  throw fail('EVIDENCE_UNREADABLE', `VEX document ${file.digest}: ${reading.violations[0]?.message}`);
}

function checkedBytes({ digest, path }: LocalFile): Buffer {
  const bytes = readFileSync(path);
  if (digestOf(bytes) === digest) return bytes;
  throw fail('EVIDENCE_UNREADABLE', `the stored bytes of ${digest} have another digest`);
}

/**
 * An exception for one image names it as the tenant knows it; the engine compares with the inventory's subject, which for
 * an image known by its SBOM is the document. One for an image that has no digest covers nothing.
 */
function exceptionSet(exceptions: readonly Exception[], { subject }: Inventory): ExceptionSet {
  return {
    format: 'stella.exceptions/v1',
    exceptions: exceptions.flatMap((one) => {
      if (one.subject === undefined) return [one];
      return subject.digest === undefined ? [] : [{ ...one, subject: subject.digest }];
    }),
  };
}
