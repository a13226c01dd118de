import { digestOf } from '@stella-ops/engine-kernel';
import { compareFindings, NO_FINDINGS } from '../compare-findings.ts';
import { comparePackages } from '../compare-packages.ts';
import type { ImageFacts, ImageSide, Judgement, RiskFinding } from '../facts.ts';

/** A finding of an image; invented, like everything here. */
export function finding(vulnerability: string, more: Partial<RiskFinding> = {}): RiskFinding {
  return {
    id: `id of ${vulnerability}`,
    vulnerability,
    aliases: [],
    component: 'pkg:npm/frobnicate@1.0.0',
    package: 'frobnicate',
    installedVersion: '1.0.0',
    fixedVersions: ['1.0.1'],
    severity: 'high',
    score: 7.5,
    priority: 1225,
    status: 'open',
    vexStatus: null,
    verdict: 'deny',
    ...more,
  };
}

export function judgement(more: Partial<Judgement> = {}): Judgement {
  return {
    decisionId: digestOf('decision'),
    outcome: 'allow',
    policy: { name: 'baseline', version: '1.0.0', digest: digestOf('policy') },
    advisorySnapshot: digestOf('advisories'),
    vexSnapshot: null,
    evaluatedAt: '2026-06-01T12:00:00.000Z',
    open: NO_FINDINGS,
    notEvaluated: 0,
    ...more,
  };
}

export function side(name: string, more: Partial<ImageSide> = {}): ImageSide {
  return {
    imageDigest: digestOf(name),
    scan: { origin: 'scan', gaps: 0, analyzers: { apk: 1 } },
    judgement: judgement(),
    ...more,
  };
}

/** An image that another one takes the place of, both judged. */
export function changedImage(
  component: string,
  findings: { readonly before?: readonly RiskFinding[]; readonly after?: readonly RiskFinding[] } = {},
  more: Partial<ImageFacts> = {},
): ImageFacts {
  return {
    component,
    platform: 'linux/amd64',
    change: 'changed',
    before: side(`${component} before`),
    after: side(`${component} after`),
    findings: compareFindings(findings.before ?? [], findings.after ?? []),
    packages: comparePackages([], []),
    ...more,
  };
}

/** Packages by name and version, of one ecosystem. */
export const packages = (versions: Readonly<Record<string, string>>) =>
  Object.entries(versions).map(([name, version]) => ({ type: 'npm', name, version, architecture: '' }));
