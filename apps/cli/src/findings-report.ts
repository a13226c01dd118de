import { type CoverageRow, type Finding, type Findings } from '@stella-ops/engine-advisories';
import { decodeOrThrow, parseJson, shape as s, type Shape } from '@stella-ops/engine-kernel';
import { type Gap, gapShape, type Inventory, type Subject, subjectShape } from '@stella-ops/engine-inventory';

/** What `findings match --format json` prints: findings with all that a policy looks at. */
export interface FindingsReport extends Findings {
  readonly subject: Subject;
  readonly gaps: readonly Gap[];
}

export function findingsReport(inventory: Inventory, findings: Findings): FindingsReport {
  return { ...findings, subject: inventory.subject, gaps: inventory.gaps };
}

const finding = s.object(
  {
    vulnerability: s.string(),
    aliases: s.array(s.string()),
    records: s.array(s.string()),
    component: s.string(),
    purl: s.optional(s.string()),
    package: s.string(),
    installedVersion: s.string(),
    fixedVersions: s.array(s.string()),
    severity: s.object({
      level: s.literal('none', 'low', 'medium', 'high', 'critical', 'unknown'),
      score: s.optional(s.number({ min: 0, max: 10 })),
      vector: s.optional(s.string()),
      source: s.optional(s.string()),
    }),
    file: s.optional(s.string()),
    layer: s.optional(s.digest),
    state: s.literal('affected', 'not-evaluated'),
    vex: s.optional(
      s.object(
        {
          status: s.literal('not_affected', 'affected', 'fixed', 'under_investigation'),
          justification: s.optional(s.string()),
          statement: s.optional(s.string()),
          document: s.digest,
          author: s.optional(s.string()),
          timestamp: s.string(),
          overruled: s.array(s.object({ status: s.string(), document: s.digest, timestamp: s.string() })),
        },
        'open',
      ),
    ),
    reachability: s.literal('unknown'),
    grade: s.literal('exact', 'derived', 'claimed', 'low'),
    trace: s.array(s.anything),
  },
  'open',
) as unknown as Shape<Finding>;

const coverage: Shape<CoverageRow> = s.object({
  ecosystem: s.string(),
  components: s.integer({ min: 0 }),
  records: s.integer({ min: 0 }),
  state: s.literal('evaluated', 'no-source', 'no-comparator'),
  sentence: s.string(),
});

const report = s.object({
  format: s.literal('stella.findings/v1'),
  inventory: s.digest,
  snapshot: s.digest,
  subject: subjectShape,
  gaps: s.array(gapShape),
  findings: s.array(finding),
  coverage: s.array(coverage),
});

/** Reads a report back. @throws AppError `JSON_INVALID`, `SHAPE_INVALID` with all faults and their pointers */
export function readFindingsReport(bytes: Uint8Array, file: string): FindingsReport {
  return decodeOrThrow(report, parseJson(bytes, file), file);
}
