import type {
  FindingState,
  ImageRisk,
  JudgedImage,
  RiskDifference,
  SeverityCounts,
} from '@stella-ops/contracts/findings';
import { compareText } from '@stella-ops/engine-kernel';
import { type FindingChange, MOST_LISTED, NO_FINDINGS, shownOf, sumCounts, worstFirst } from './compare-findings.ts';
import type { PackageChange } from './compare-packages.ts';
import { describeFinding } from './describe-finding.ts';
import type { ImageFacts, ImageSide, RiskFinding } from './facts.ts';
import { notesOf } from './notes.ts';
import { imageName } from './phrases.ts';
import { imageSentence, isCompared, releaseSentence } from './sentences.ts';

export interface ReleaseName {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/**
 * Two releases compared by what is wrong with their images, in numbers and in sentences.
 *
 * @param from undefined: nothing was there
 */
export function tellDifference(
  from: ReleaseName | undefined,
  to: ReleaseName,
  images: readonly ImageFacts[],
): RiskDifference {
  const called = ({ name, version }: ReleaseName): string => `${name} ${version}`;
  const names = (image: ImageFacts) => ({
    image: imageName(image, images),
    before: from === undefined ? '' : called(from),
    after: called(to),
  });
  const compared = images.filter(isCompared);
  const findings = compared.flatMap((image) => placed(image, image.findings?.worst ?? []));
  const packages = images.flatMap((image) => placed(image, image.packages?.first ?? []));
  return {
    from: from === undefined ? null : named(from),
    to: named(to),
    sentence: releaseSentence(from, to, images),
    open: { before: openOf(compared, 'before'), after: openOf(compared, 'after') },
    findings: sumCounts(compared.flatMap(({ findings: one }) => one?.counts ?? [])),
    packages: sumCounts(images.flatMap(({ packages: one }) => one?.counts ?? [])),
    images: images.map((image) => imageRisk(image, imageName(image, images))),
    findingDifferences: findings.sort(worstPlaced).slice(0, MOST_LISTED).map(toldFinding),
    packageDifferences: packages.slice(0, MOST_LISTED).map(({ of, ...place }) => ({ ...place, ...toldPackage(of) })),
    notes: images.flatMap((image) => notesOf(image, names(image))),
  };
}

const named = ({ id, name, version }: ReleaseName): ReleaseName => ({ id, name, version });

interface Placed<T> {
  readonly component: string;
  readonly platform: string | null;
  readonly of: T;
}

const placed = <T>({ component, platform }: ImageFacts, items: readonly T[]): Placed<T>[] =>
  items.map((of) => ({ component, platform, of }));

function imageRisk(image: ImageFacts, name: string): ImageRisk {
  const { component, platform, change, before, after, findings, packages } = image;
  return {
    component,
    platform,
    change,
    isCompared: isCompared(image),
    sentence: imageSentence(image, name),
    before: judgedImage(before),
    after: judgedImage(after),
    findings: isCompared(image) ? (findings?.counts ?? { came: 0, went: 0, changed: 0 }) : null,
    packages: packages?.counts ?? null,
  };
}

function judgedImage(side: ImageSide | undefined): JudgedImage | null {
  if (side === undefined) return null;
  const { imageDigest, scan, judgement } = side;
  if (judgement === undefined) return { imageDigest, isScanned: scan !== undefined, judgement: null };
  const { notEvaluated: _, policy, ...rest } = judgement;
  return {
    imageDigest,
    isScanned: scan !== undefined,
    judgement: { ...rest, policy: { name: policy.name, version: policy.version } },
  };
}

function openOf(images: readonly ImageFacts[], side: 'before' | 'after'): SeverityCounts {
  const sum = { ...NO_FINDINGS };
  for (const image of images) {
    const open = image[side]?.judgement?.open ?? NO_FINDINGS;
    for (const level of Object.keys(sum) as (keyof SeverityCounts)[]) sum[level] += open[level];
  }
  return sum;
}

function worstPlaced(a: Placed<FindingChange>, b: Placed<FindingChange>): number {
  return (
    worstFirst(a.of, b.of) || compareText(a.component, b.component) || compareText(a.platform ?? '', b.platform ?? '')
  );
}

function toldFinding({ of, ...place }: Placed<FindingChange>): RiskDifference['findingDifferences'][number] {
  const { vulnerability, package: name } = shownOf(of);
  return {
    ...place,
    change: of.change,
    vulnerability,
    package: name,
    before: stateOf(of.before),
    after: stateOf(of.after),
    differences: of.differences,
    sentence: describeFinding(of),
  };
}

function stateOf(finding: RiskFinding | undefined): FindingState | null {
  if (finding === undefined) return null;
  const { id, installedVersion, fixedVersions, severity, score, status, vexStatus, verdict } = finding;
  return { id, installedVersion, fixedVersions: [...fixedVersions], severity, score, status, vexStatus, verdict };
}

function toldPackage({ change, type, name, before = '', after = '' }: PackageChange) {
  return { change, type, name, before: before === '' ? null : before, after: after === '' ? null : after };
}
