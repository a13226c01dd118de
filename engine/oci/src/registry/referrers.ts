import { AppError, canonicalBytes, type Digest, hexOf, isObject, parseJson } from '@stella-ops/engine-kernel';
import { describeReferrer } from '../describe-referrer.ts';
import { type Index, parseDocument } from '../manifest.ts';
import { OCI_INDEX } from '../media-types.ts';
import type { Descriptor } from '../types.ts';
import { shownUrl } from './exchange.ts';
import { pages } from './paging.ts';
import type { Session } from './session.ts';
import type { RegistryClient } from './types.ts';

/** What registries without the referrers API answer. */
const UNSUPPORTED = [400, 404, 405, 406, 501];

/**
 * Manifests whose subject is `digest` (OCI distribution specification 1.1, "Listing Referrers"): from the API, or from
 * the fallback tag where the registry has none. Each registry is asked: that it answered a push with `OCI-Subject`
 * proves nothing.
 */
export async function listReferrers(
  client: RegistryClient,
  session: Session,
  repository: string,
  digest: Digest,
  artifactType: string | undefined,
): Promise<readonly Descriptor[]> {
  const found =
    (await fromApi(session, repository, digest)) ?? (await fromFallback(client, repository, digest))?.manifests ?? [];
  return found.filter((one) => artifactType === undefined || one.artifactType === artifactType);
}

/** Where a registry has no referrers API, the client keeps the list of a subject under the fallback tag. */
export async function addToFallback(
  client: RegistryClient,
  session: Session,
  repository: string,
  descriptor: Descriptor,
  bytes: Uint8Array,
): Promise<void> {
  const document = parseDocument(bytes, descriptor.mediaType, `${client.registry}/${repository}@${descriptor.digest}`);
  if (document.subject === undefined) return;
  const subject = document.subject.digest;
  if ((await fromApi(session, repository, subject)) !== undefined) return;
  const kept = await fromFallback(client, repository, subject);
  if (kept?.manifests.some((one) => one.digest === descriptor.digest) === true) return;
  // Entries of others are kept as they are, with members that we do not know.
  const manifests = [...(kept?.raw ?? []), describeReferrer(descriptor, document)];
  const index = canonicalBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  await client.putManifest(repository, fallbackTag(subject), index, OCI_INDEX);
}

/** `sha256-<hex>` (OCI distribution specification 1.1, "Referrers Tag Schema"). */
function fallbackTag(digest: Digest): string {
  return `sha256-${hexOf(digest)}`;
}

/** Undefined when the registry does not have the API. */
async function fromApi(
  session: Session,
  repository: string,
  digest: Digest,
): Promise<readonly Descriptor[] | undefined> {
  const found: Descriptor[] = [];
  const list = pages(session, {
    target: `/v2/${repository}/referrers/${digest}`,
    repository,
    scopes: [`repository:${repository}:pull`],
    headers: { accept: OCI_INDEX },
    expect: [200, ...UNSUPPORTED],
  });
  for await (const { response, bytes } of list) {
    const type = (response.headers['content-type'] ?? '').split(';')[0]?.trim();
    if (response.status !== 200 || type !== OCI_INDEX) return undefined;
    const page = parseDocument(bytes, OCI_INDEX, shownUrl(response.url));
    if (page.kind === 'index') found.push(...page.manifests);
  }
  return found;
}

async function fromFallback(client: RegistryClient, repository: string, digest: Digest) {
  const tag = fallbackTag(digest);
  const file = `${client.registry}/${repository}:${tag}`;
  const stored = await client.getManifest(repository, tag).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'REGISTRY_NOT_FOUND') return undefined;
    throw error;
  });
  if (stored === undefined) return undefined;
  const document: Index | { kind: 'manifest' } = parseDocument(stored.bytes, stored.mediaType, file);
  if (document.kind === 'manifest') return undefined;
  const value = parseJson(stored.bytes, file);
  const raw: unknown = isObject(value) ? value['manifests'] : undefined;
  return { manifests: document.manifests, raw: Array.isArray(raw) ? (raw as unknown[]) : [] };
}
