import * as z from 'zod';
import { Platform } from '../scanner/index.ts';
import { Digest, Id, Slug, Timestamp } from '../schemas.ts';
import { FindingStatus, SeverityLevel } from './finding.ts';

/** Open findings by severity. */
export const SeverityCounts = z.object({
  critical: z.int(),
  high: z.int(),
  medium: z.int(),
  low: z.int(),
  none: z.int(),
  unknown: z.int(),
});
export type SeverityCounts = z.infer<typeof SeverityCounts>;

/** What comes with the newer release, goes with the older one, or is in both and not the same. */
const Change = z.enum(['came', 'went', 'changed']);
const ChangeCounts = z.object({ came: z.int(), went: z.int(), changed: z.int() });
export type ChangeCounts = z.infer<typeof ChangeCounts>;

/** Which image of a release something is about. */
const place = { component: z.string(), platform: Platform.nullable() };

const ComparedRelease = z.object({ id: Id, name: Slug, version: z.string() });

/** One side of an image, as it was judged last. */
export const JudgedImage = z.object({
  /** As the release pins it. */
  imageDigest: Digest,
  isScanned: z.boolean(),
  /** Null: it was not judged yet, so nothing is known of its findings. */
  judgement: z
    .object({
      decisionId: Digest,
      outcome: z.enum(['allow', 'deny', 'pending']),
      policy: z.object({ name: z.string(), version: z.string() }),
      advisorySnapshot: Digest,
      vexSnapshot: Digest.nullable(),
      evaluatedAt: Timestamp,
      open: SeverityCounts,
    })
    .nullable(),
});
export type JudgedImage = z.infer<typeof JudgedImage>;

/** One image of either release: a component on a platform. */
export const ImageRisk = z.object({
  ...place,
  change: z.enum(['added', 'removed', 'changed', 'same']),
  /** False: one side was not scanned or not judged, so it counts nowhere here. */
  isCompared: z.boolean(),
  sentence: z.string(),
  before: JudgedImage.nullable(),
  after: JudgedImage.nullable(),
  /** Null: not compared. */
  findings: ChangeCounts.nullable(),
  /** Null: one side was not scanned. */
  packages: ChangeCounts.nullable(),
});
export type ImageRisk = z.infer<typeof ImageRisk>;

const FindingState = z.object({
  id: Id,
  installedVersion: z.string(),
  /** Lowest first. */
  fixedVersions: z.array(z.string()),
  severity: SeverityLevel,
  score: z.number().nullable(),
  status: FindingStatus,
  vexStatus: z.string().nullable(),
  /** Strictest action of the policy. */
  verdict: z.enum(['allow', 'warn', 'pending', 'deny']),
});
export type FindingState = z.infer<typeof FindingState>;

export const FindingDifference = z.object({
  ...place,
  change: Change,
  vulnerability: z.string(),
  package: z.string(),
  before: FindingState.nullable(),
  after: FindingState.nullable(),
  /** What is not the same; empty unless it changed. */
  differences: z.array(z.enum(['severity', 'status', 'vex', 'verdict'])),
  sentence: z.string(),
});
export type FindingDifference = z.infer<typeof FindingDifference>;

export const PackageDifference = z.object({
  ...place,
  change: Change,
  /** As package URLs have it: `deb`, `npm`. */
  type: z.string(),
  name: z.string(),
  /** Null: it was not there, or has no version. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type PackageDifference = z.infer<typeof PackageDifference>;

/** Why what is said here may not be the whole of it. */
export const RiskNote = z.object({
  code: z.enum([
    'NOT_SCANNED',
    'NOT_JUDGED',
    'OTHER_ADVISORIES',
    'OTHER_VEX',
    'OTHER_POLICY',
    'OTHER_ANALYZERS',
    'GAPS',
    'NOT_EVALUATED',
  ]),
  ...place,
  sentence: z.string(),
});
export type RiskNote = z.infer<typeof RiskNote>;

/** Two releases compared by what is wrong with their images. A finding counts once for each image that has it. */
export const RiskDifference = z.object({
  /** Null: compared with nothing, as where an environment is empty. */
  from: ComparedRelease.nullable(),
  to: ComparedRelease,
  sentence: z.string(),
  /** Open findings of the images that could be compared. */
  open: z.object({ before: SeverityCounts, after: SeverityCounts }),
  /** All of them, also where the lists below are cut. */
  findings: ChangeCounts,
  packages: ChangeCounts,
  images: z.array(ImageRisk),
  /** At most 1,000, worst first. */
  findingDifferences: z.array(FindingDifference),
  /** At most 1,000. */
  packageDifferences: z.array(PackageDifference),
  notes: z.array(RiskNote),
});
export type RiskDifference = z.infer<typeof RiskDifference>;
