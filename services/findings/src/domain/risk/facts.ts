import type { FindingState, ImageRisk, SeverityCounts } from '@stella-ops/contracts/findings';
import type { SeverityLevel } from '@stella-ops/engine-advisories';
import type { FindingsComparison } from './compare-findings.ts';
import type { PackagesComparison } from './compare-packages.ts';

/** What the comparison of two releases is told from. Everything here was read before; the rules only look at it. */

/** A finding of an image, without its traces. */
export interface RiskFinding {
  readonly id: string;
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly component: string;
  readonly package: string;
  readonly installedVersion: string;
  readonly fixedVersions: readonly string[];
  readonly severity: SeverityLevel;
  readonly score: number | null;
  /** Worst lowest. */
  readonly priority: number;
  readonly status: FindingState['status'];
  readonly vexStatus: string | null;
  readonly verdict: FindingState['verdict'];
}

/** What an image was last judged with, and what came of it. */
export interface Judgement {
  readonly decisionId: string;
  readonly outcome: 'allow' | 'deny' | 'pending';
  readonly policy: { readonly name: string; readonly version: string; readonly digest: string };
  readonly advisorySnapshot: string;
  readonly vexSnapshot: string | null;
  readonly evaluatedAt: string;
  readonly open: SeverityCounts;
  readonly notEvaluated: number;
}

/** An image as one release pins it. */
export interface ImageSide {
  readonly imageDigest: string;
  /** Undefined: it was not scanned. */
  readonly scan:
    | {
        /** Whether its layers were read, or a document says what is in it. */
        readonly origin: 'scan' | 'sbom';
        readonly gaps: number;
        readonly analyzers: Readonly<Record<string, number>>;
      }
    | undefined;
  readonly judgement: Judgement | undefined;
}

/** One component on one platform in both releases. */
export interface ImageFacts {
  readonly component: string;
  readonly platform: string | null;
  readonly change: ImageRisk['change'];
  readonly before: ImageSide | undefined;
  readonly after: ImageSide | undefined;
  /** Undefined: a side that is there was not judged. */
  readonly findings: FindingsComparison | undefined;
  /** Undefined: a side that is there was not scanned. */
  readonly packages: PackagesComparison | undefined;
}
