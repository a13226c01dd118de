import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { defineRoute } from '../route.ts';
import { Digest, Id, JsonValue, Timestamp } from '../schemas.ts';
import { FindingStatus, SeverityLevel } from './finding.ts';
import { RiskDifference, SeverityCounts } from './risk-difference.ts';

export * from './finding.ts';
export * from './risk-difference.ts';

export const Finding = z.object({
  id: Id,
  imageDigest: Digest,
  imageName: z.string(),
  vulnerability: z.string(),
  aliases: z.array(z.string()),
  component: z.string(),
  package: z.string(),
  installedVersion: z.string(),
  /** Lowest first. */
  fixedVersions: z.array(z.string()),
  severity: SeverityLevel,
  score: z.number().nullable(),
  status: FindingStatus,
  vexStatus: z.string().nullable(),
  reachability: z.enum(['unreachable', 'possibly_reachable', 'reachable_static', 'reachable_proven', 'unknown']),
  firstSeenAt: Timestamp,
  changedAt: Timestamp,
});
export type Finding = z.infer<typeof Finding>;

export const FindingDetail = Finding.extend({
  /** Why it matches: records, ranges, comparator, one sentence each. */
  matchTrace: z.array(JsonValue),
  /** What the policy said about it in the last decision: rule, action, sentence, exception. */
  policyTrace: z.array(JsonValue),
  vex: JsonValue.nullable(),
  records: z.array(z.string()),
  file: z.string().nullable(),
  layer: Digest.nullable(),
  decisionId: Digest,
});
export type FindingDetail = z.infer<typeof FindingDetail>;

export const LedgerEntry = z.object({
  sequence: z.int(),
  type: z.enum([
    'finding.discovered',
    'finding.status_changed',
    'finding.verdict_changed',
    'finding.vex_applied',
    'finding.resolved',
  ]),
  at: Timestamp,
  from: FindingStatus.nullable(),
  to: FindingStatus,
  decisionId: Digest,
  advisorySnapshot: Digest,
  hash: Digest,
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

const findingParams = z.strictObject({ findingId: Id });

export const FINDINGS_ROUTES = {
  listFindings: defineRoute({
    id: 'findings.list',
    method: 'GET',
    path: '/api/v1/findings',
    summary: 'List findings, worst first',
    scopes: ['findings.read'],
    query: z.strictObject({
      ...pageQuery,
      imageDigest: Digest.optional(),
      status: FindingStatus.optional(),
      severity: SeverityLevel.optional(),
      /** Id or alias, exact. */
      vulnerability: z.string().min(1).max(200).optional(),
      package: z.string().min(1).max(300).optional(),
      hasFix: z.boolean().optional(),
    }),
    responses: { 200: pageOf(Finding) },
    errors: {},
    paging: true,
  }),
  getFinding: defineRoute({
    id: 'findings.get',
    method: 'GET',
    path: '/api/v1/findings/{findingId}',
    summary: 'Read a finding with its trace',
    scopes: ['findings.read'],
    params: findingParams,
    responses: { 200: FindingDetail },
    errors: {},
  }),
  getHistory: defineRoute({
    id: 'findings.history',
    method: 'GET',
    path: '/api/v1/findings/{findingId}/history',
    summary: 'Read what happened to a finding across snapshots, oldest first',
    scopes: ['findings.read'],
    params: findingParams,
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(LedgerEntry) },
    errors: {},
    paging: true,
  }),
  summarize: defineRoute({
    id: 'findings.summary',
    method: 'GET',
    path: '/api/v1/findings-summary',
    summary: 'Count open findings by severity, for one image or all',
    scopes: ['findings.read'],
    query: z.strictObject({ imageDigest: Digest.optional() }),
    responses: {
      200: z.object({
        open: SeverityCounts,
        byStatus: z.record(z.string(), z.int()),
        images: z.int(),
      }),
    },
    errors: {},
  }),
  compareReleases: defineRoute({
    id: 'findings.releases.compare',
    method: 'GET',
    path: '/api/v1/releases/{releaseId}/risk',
    summary: 'Tell how a release differs from another one in risk: findings, packages, what policy says',
    scopes: ['findings.read', 'release.read', 'scanner.read'],
    params: z.strictObject({ releaseId: Id }),
    /** `against`: the release that it would replace; left out: nothing was there. */
    query: z.strictObject({ against: Id.optional() }),
    responses: { 200: RiskDifference },
    errors: {},
  }),
  verifyLedger: defineRoute({
    id: 'findings.ledger.verify',
    method: 'GET',
    path: '/api/v1/findings-ledger/verify',
    summary: 'Check the hash chain of the ledger from its first entry',
    scopes: ['findings.read'],
    responses: {
      200: z.object({ isIntact: z.boolean(), entries: z.int(), head: Digest, fault: z.string().nullable() }),
    },
    errors: {},
  }),
} as const;

export const FINDINGS_EVENTS = {
  imageProjected: defineEvent({
    type: 'findings.image.changed',
    version: 1,
    summary: 'Findings of an image appeared, changed or went',
    scope: 'findings.read',
    data: z.strictObject({
      imageDigest: Digest,
      decisionId: Digest,
      discovered: z.int(),
      changed: z.int(),
      resolved: z.int(),
    }),
  }),
} as const;
