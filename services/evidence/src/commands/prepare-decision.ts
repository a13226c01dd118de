import type { Decision as DecisionRow } from '@stella-ops/contracts/policy';
import { type Decision, packCapsule, verdictStatement } from '@stella-ops/engine-capsule';
import { PREDICATE_TYPES } from '@stella-ops/engine-envelope';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { NewPacket } from '../domain/new-packet.ts';
import type { Refusal } from '../domain/rebuild-decision.ts';
import type { SealFor, Sealing } from '../sealing.ts';
import { attest, type Attested } from './attest.ts';
import { loadDecision } from './load-decision.ts';
import manifest from '../../package.json' with { type: 'json' };

export type Prepared = { readonly ok: true; readonly packet: NewPacket } | Refusal;

/**
 * Everything about sealing a decision that comes before the row: makes it again, has it signed, and stores capsule and
 * bundle. Doing it twice leaves a second pair of objects and log entries that nothing names.
 */
export async function prepareDecision(sealing: Sealing, to: SealFor, recorded: DecisionRow): Promise<Prepared> {
  const loaded = await loadDecision(sealing, to.tenantId, recorded);
  if (!loaded.ok) {
    sealing.record.refused(1, { code: loaded.code });
    sealing.logger.error('A decision was not sealed', {
      decisionId: recorded.id,
      code: loaded.code,
      reason: loaded.sentence,
    });
    return loaded;
  }
  const { decision } = loaded;
  const seals = new Map<Digest, Attested>();
  const pack = () =>
    packCapsule(decision, {
      created: decision.input.evaluatedAt,
      producer: PRODUCER,
      attest: async (statement) => {
        const attested = await attest(sealing, to, statement);
        seals.set(digestOf(statement), attested);
        return attested.bundle;
      },
    });
  let capsule = await pack();
  // Both seals are checked with one public key by tools that take one: a rotation between them has both made again.
  while (new Set([...seals.values()].map(({ keyHint }) => keyHint)).size > 1) capsule = await pack();
  const statement = verdictStatement(decision.input, decision.inputDigest, decision.verdict, decision.verdictDigest);
  const statementDigest = digestOf(statement);
  const seal = seals.get(statementDigest);
  if (seal === undefined)
    throw new Error('the seal of a verdict is over another statement than the one it is known by');

  const objects = sealing.host.objects;
  const bundle = await objects.tenant(to.tenantId, 'evidence').put(seal.bundle);
  const stored = await objects.tenant(to.tenantId, 'capsules').put(capsule);
  return {
    ok: true,
    packet: {
      kind: 'decision',
      subjectId: recorded.id,
      state: '',
      endedAt: null,
      imageDigests: [recorded.imageDigest],
      title: titleOf(decision),
      predicateType: PREDICATE_TYPES.verdict,
      statementDigest,
      bundleDigest: bundle.digest,
      logIndex: seal.logIndex,
      capsuleDigest: stored.digest,
      capsuleSizeBytes: stored.size,
    },
  };
}

/** Told by the manifest of a capsule, for whoever looks for the program that made it. */
const PRODUCER = `stella ${manifest.version}`;

function titleOf({ input, verdict }: Decision): string {
  const where = input.environment === null ? '' : ` for ${input.environment}`;
  return `Verdict ${verdict.outcome} on ${input.subject.name}${where} by policy ${verdict.policy.name} ${verdict.policy.version}`;
}
