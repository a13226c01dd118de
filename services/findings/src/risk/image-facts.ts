import type { Image } from '@stella-ops/contracts/scanner';
import { type Digest, isDigest } from '@stella-ops/engine-kernel';
import { compareFindings, type FindingsComparison } from '../domain/risk/compare-findings.ts';
import { comparePackages, type PackagesComparison } from '../domain/risk/compare-packages.ts';
import type { ImageFacts, ImageSide, Judgement } from '../domain/risk/facts.ts';
import type { ImagePair, PinnedImage } from '../domain/risk/pair-images.ts';
import { type InstalledPackages, readPackages } from '../domain/risk/read-packages.ts';
import { breathe } from '../jobs/chunks.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { type ImageStand, presentFindings, standsOf } from '../store/read-risk.ts';
import type { Neighbours } from './neighbours.ts';

/** One side while it is read. */
interface Side {
  readonly pinned: PinnedImage;
  readonly image: Image | undefined;
  readonly installed: InstalledPackages | undefined;
}

/** Reads what is known of both images of a pair. One image in both releases is read once, and nothing is compared. */
export async function imageFacts(
  parts: Parts,
  tenantId: string,
  { component, platform, change, before, after }: ImagePair,
  ask: Neighbours,
): Promise<ImageFacts> {
  const isSame = change === 'same';
  const open = async (pinned: PinnedImage | undefined): Promise<Side | undefined> => {
    if (pinned === undefined) return undefined;
    const image = await ask.image(pinned);
    const installed = image === undefined || isSame ? undefined : await installedIn(parts, tenantId, image);
    return { pinned, image, installed };
  };
  const right = await open(after);
  const left = isSame ? right : await open(before);
  const { stands, findings } = await readFindings(parts, tenantId, left, right, isSame);
  const judgements = new Map<string, Judgement>();
  for (const [digest, stand] of stands) {
    const judgement = await judgementOf(stand, ask);
    if (judgement !== undefined) judgements.set(digest, judgement);
  }
  const sideOf = (side: Side | undefined): ImageSide | undefined => {
    if (side === undefined) return undefined;
    const { image, pinned, installed } = side;
    return {
      imageDigest: pinned.manifestDigest,
      scan:
        image === undefined
          ? undefined
          : { origin: image.origin, gaps: image.gaps, analyzers: installed?.analyzers ?? {} },
      judgement: image === undefined ? undefined : judgements.get(image.digest),
    };
  };
  const sides = { before: sideOf(left), after: sideOf(right) };
  const areJudged = [left, right].every((side) => side === undefined || judgements.has(side.image?.digest ?? ''));
  return {
    component,
    platform,
    change,
    ...sides,
    findings: areJudged ? findings : undefined,
    packages: isSame ? undefined : packagesOf(left, right),
  };
}

/** @throws AppError `DECISION_OBJECT_MISSING` when the store has lost the inventory */
async function installedIn(
  { host, config }: Parts,
  tenantId: string,
  { inventoryDigest }: Image,
): Promise<InstalledPackages> {
  const maxBytes = config.maxDocumentBytes;
  const bytes = await host.objects.tenant(tenantId, 'inventories').get(asDigest(inventoryDigest), { maxBytes });
  if (bytes === undefined) {
    throw fail('DECISION_OBJECT_MISSING', `inventory ${inventoryDigest} is not in the object store`);
  }
  // Each step is bounded by the size of one document; requests are answered in between.
  await breathe();
  return readPackages(bytes, 'inventory.json');
}

function packagesOf(left: Side | undefined, right: Side | undefined): PackagesComparison | undefined {
  const sides = [left, right].filter((side) => side !== undefined);
  if (sides.some(({ installed }) => installed === undefined)) return undefined;
  return comparePackages(left?.installed?.packages ?? [], right?.installed?.packages ?? []);
}

/** Findings and the decision that they are from, of one moment. */
async function readFindings(
  { host }: Parts,
  tenantId: string,
  left: Side | undefined,
  right: Side | undefined,
  isSame: boolean,
): Promise<{ stands: ReadonlyMap<string, ImageStand>; findings: FindingsComparison | undefined }> {
  const digests = [left, right].flatMap((side) => side?.image?.digest ?? []);
  const read = await host.database.withTenant(
    tenantId,
    async (tx) => {
      const stands = await standsOf(tx, digests);
      if (isSame) return { stands, before: [], after: [] };
      const of = async (side: Side | undefined) =>
        side?.image === undefined ? [] : await presentFindings(tx, side.image.digest);
      return { stands, before: await of(left), after: await of(right) };
    },
    { isReadOnly: true },
  );
  await breathe();
  return { stands: read.stands, findings: isSame ? undefined : compareFindings(read.before, read.after) };
}

async function judgementOf(
  { decisionId, open, notEvaluated }: ImageStand,
  ask: Neighbours,
): Promise<Judgement | undefined> {
  const decision = await ask.decision(decisionId);
  if (decision === undefined) return undefined;
  const { outcome, policy, advisorySnapshot, vexSnapshot, evaluatedAt } = decision;
  return { decisionId, outcome, policy, advisorySnapshot, vexSnapshot, evaluatedAt, open, notEvaluated };
}

function asDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new Error('a contract let something pass that is no digest');
}
