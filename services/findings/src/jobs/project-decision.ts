import { FINDINGS_EVENTS } from '@stella-ops/contracts/findings';
import type { BlobStore } from '@stella-ops/engine-blobs';
import { type Digest, isDigest, parseTimestamp } from '@stella-ops/engine-kernel';
import { parseVerdict } from '@stella-ops/engine-policy';
import { publishEvent } from '@stella-ops/platform/events';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import { openFindingsDocument, readFinding } from '../domain/findings-document.ts';
import { chainRows } from '../domain/ledger-chain.ts';
import { planProjection, type Projection } from '../domain/plan-projection.ts';
import { policyAnswers } from '../domain/policy-answers.ts';
import { type SeenFinding, seenFinding } from '../domain/seen-finding.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { advanceImage, lockImage, progress, type Progress } from '../store/images.ts';
import { appendRows, lockChain, moveChain } from '../store/ledger.ts';
import { knownFindings, nameFindings, resolveFindings, writeFindings } from '../store/write-findings.ts';
import { breathe, chunksOf } from './chunks.ts';

const digest = z.custom<Digest>(isDigest);

/** A decision by the digests of its documents. */
const DecisionToProject = z.strictObject({
  imageDigest: digest,
  decisionId: digest,
  findingsDigest: digest,
  verdictDigest: digest,
  advisorySnapshot: digest,
  evaluatedAt: z.string(),
});
export type DecisionToProject = z.infer<typeof DecisionToProject>;

/** Rows of one statement: enough that 2,000 findings are two, few enough that nobody waits for their encoding. */
const ROWS_PER_STATEMENT = 1000;

/**
 * Takes up a decision into the findings of its image: what is new, changed and gone, with an entry for each in the
 * tenant's ledger. Only the newest decision counts (by time, then id), so repeating it, or an older one that comes
 * late, changes nothing.
 */
export function projectDecision(parts: Parts): Job<DecisionToProject> {
  const { host, clock, ids, config, metrics } = parts;
  return defineJob({
    name: 'findings.project',
    schema: DecisionToProject,
    key: ({ imageDigest, decisionId }) => `${imageDigest} ${decisionId}`,
    attempts: 8,
    backoff: { firstSeconds: 2, longestSeconds: 300 },
    timeoutMs: 300_000,
    run: async (decision, { tenantId, signal }) => {
      const began = clock.monotonicMs();
      const { imageDigest, decisionId, advisorySnapshot } = decision;
      const at = parseTimestamp(decision.evaluatedAt);
      const here: Progress = { evaluatedAt: at, decisionId };
      const before = await host.database.withTenant(tenantId, (tx) => progress(tx, imageDigest), { isReadOnly: true });
      if (!isNewer(here, before)) return metrics.record.projections(1, { outcome: 'stale' });

      const { seen, name } = await readDecision(host.objects.tenant(tenantId, 'decisions'), decision, config);
      signal.throwIfAborted();
      const done = await host.database.withTenant(tenantId, async (tx) => {
        const there = await lockImage(tx, tenantId, imageDigest);
        if (!isNewer(here, there)) return undefined;
        const projection = planProjection(await knownFindings(tx, imageDigest), seen, at, () => ids.uuid());
        const { written, resolved, occurrences, counts, tally } = projection;
        const by = { tenantId, imageDigest, at, decisionId };
        for (const some of chunksOf(written, ROWS_PER_STATEMENT)) {
          await writeFindings(tx, by, some);
          await nameFindings(tx, tenantId, some);
        }
        if (resolved.length > 0) await resolveFindings(tx, by, resolved);
        await advanceImage(tx, imageDigest, here, name, tally);
        if (there === undefined || counts.discovered + counts.changed + counts.resolved > 0) {
          const data = { imageDigest, decisionId, ...counts };
          await publishEvent(tx, FINDINGS_EVENTS.imageProjected, {
            id: ids.uuid(),
            tenantId,
            occurredAt: clock.now(),
            data,
          });
        }
        const origin = { tenantId, imageDigest, at, recordedAt: clock.now(), decisionId, advisorySnapshot };
        // The end of the chain is locked last: images of a tenant wait for each other only here.
        if (occurrences.length > 0) {
          let end = await lockChain(tx, tenantId);
          for (const some of chunksOf(occurrences, ROWS_PER_STATEMENT)) {
            const rows = chainRows(end, origin, some);
            await appendRows(tx, tenantId, rows);
            end = rows.at(-1) ?? end;
          }
          await moveChain(tx, tenantId, end);
        }
        return projection;
      });
      count(parts, done, clock.monotonicMs() - began);
    },
  });
}

const isNewer = (one: Progress, other: Progress | undefined): boolean =>
  other === undefined ||
  one.evaluatedAt > other.evaluatedAt ||
  (one.evaluatedAt === other.evaluatedAt && one.decisionId > other.decisionId);

const FINDINGS_BETWEEN_BREATHS = 100;
const FINDINGS_FILE = 'findings.json';

async function readDecision(
  store: BlobStore,
  { findingsDigest, verdictDigest, decisionId }: DecisionToProject,
  { maxDocumentBytes: maxBytes, maxFindings }: Parts['config'],
): Promise<{ readonly seen: readonly SeenFinding[]; readonly name: string }> {
  const read = async (digest: Digest, what: string): Promise<Buffer> => {
    const bytes = await store.get(digest, { maxBytes });
    if (bytes !== undefined) return bytes;
    throw fail(
      'DECISION_OBJECT_MISSING',
      `the ${what} ${digest} of decision ${decisionId} are not in the object store`,
    );
  };
  // Each step is bounded by the size of one document; requests are answered in between.
  const document = openFindingsDocument(await read(findingsDigest, 'findings'), FINDINGS_FILE, maxFindings);
  await breathe();
  const verdict = parseVerdict(await read(verdictDigest, 'verdict'), 'verdict.json');
  await breathe();
  const answerTo = policyAnswers(verdict);
  const seen: SeenFinding[] = [];
  for (const some of chunksOf(document.findings, FINDINGS_BETWEEN_BREATHS)) {
    await breathe();
    for (const value of some) {
      const finding = readFinding(value, FINDINGS_FILE);
      seen.push(seenFinding(finding, answerTo(finding.vulnerability, finding.component)));
    }
  }
  return { seen, name: verdict.subject.name.replaceAll('\0', '\uFFFD') };
}

function count({ metrics }: Parts, done: Projection | undefined, tookMs: number): void {
  metrics.record.projections(1, { outcome: done === undefined ? 'stale' : 'projected' });
  if (done === undefined) return;
  metrics.record.projectionSeconds(tookMs / 1000, {});
  for (const { type } of done.occurrences) metrics.record.occurrences(1, { type });
}
