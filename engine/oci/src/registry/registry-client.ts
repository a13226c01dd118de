import { decodeOrThrow, type Digest, digestOf, isDigest, parseJson, shape } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { verifyBytes } from '../image-store.ts';
import { MAX_DOCUMENT_BYTES } from '../manifest.ts';
import { MANIFEST_ACCEPT } from '../media-types.ts';
import { downloadBlob } from './blob-download.ts';
import { uploadBlob } from './blob-upload.ts';
import { type HttpResponse, shownUrl } from './exchange.ts';
import { pages } from './paging.ts';
import { discard, readBody } from './read-body.ts';
import { addToFallback, listReferrers } from './referrers.ts';
import { createSession } from './session.ts';
import type { RegistryClient, RegistryOptions } from './types.ts';

const MAX_TAGS = 1_000_000;
const TAGS = shape.object({ tags: shape.either(shape.array(shape.string({ max: 255 })), shape.literal(null)) }, 'open');

/**
 * Opens a client. Nothing is sent yet.
 *
 * @param registry `host[:port]` as in a reference
 * @throws AppError `OCI_REFERENCE_INVALID`; its methods throw `REGISTRY_*`, `OCI_DIGEST_MISMATCH`,
 *   `OCI_SIZE_MISMATCH`, `OCI_TOO_LARGE`
 */
export function registryClient(registry: string, options: RegistryOptions): RegistryClient {
  const session = createSession(registry, options);
  const pull = (repository: string) => ({ repository, scopes: [`repository:${repository}:pull`] });

  const client: RegistryClient = {
    registry,
    async ping() {
      discard(await session.call({ method: 'GET', target: '/v2/', repository: '', scopes: [], expect: [200] }));
    },
    async getManifest(repository, tagOrDigest) {
      const response = await session.call({
        method: 'GET',
        target: `/v2/${repository}/manifests/${tagOrDigest}`,
        ...pull(repository),
        headers: { accept: MANIFEST_ACCEPT },
        expect: [200],
      });
      const bytes = await readBody(response, MAX_DOCUMENT_BYTES);
      const digest = digestOf(bytes);
      assertSame(digest, isDigest(tagOrDigest) ? tagOrDigest : undefined, response);
      assertSame(digest, headerDigest(response), response);
      const mediaType = mediaTypeOf(response);
      return { bytes, digest, ...(mediaType === undefined ? {} : { mediaType }) };
    },
    async headManifest(repository, tagOrDigest) {
      const response = await session.call({
        method: 'HEAD',
        target: `/v2/${repository}/manifests/${tagOrDigest}`,
        ...pull(repository),
        headers: { accept: MANIFEST_ACCEPT },
        expect: [200, 404],
      });
      discard(response);
      return response.status === 200 ? headerDigest(response) : undefined;
    },
    async putManifest(repository, tagOrDigest, bytes, mediaType) {
      const digest = digestOf(bytes);
      const response = await session.call({
        method: 'PUT',
        target: `/v2/${repository}/manifests/${tagOrDigest}`,
        repository,
        scopes: [`repository:${repository}:pull,push`],
        headers: { 'content-type': mediaType },
        body: {
          size: bytes.length,
          open: async function* () {
            yield bytes;
          },
        },
        expect: [201],
      });
      discard(response);
      assertSame(digest, headerDigest(response), response);
      await addToFallback(client, session, repository, { mediaType, digest, size: bytes.length }, bytes);
      return digest;
    },
    async hasBlob(repository, digest) {
      const response = await session.call({
        method: 'HEAD',
        target: `/v2/${repository}/blobs/${digest}`,
        ...pull(repository),
        expect: [200, 404],
      });
      discard(response);
      return response.status === 200;
    },
    async readBlob(repository, descriptor) {
      if (descriptor.size > MAX_DOCUMENT_BYTES) {
        throw fail('OCI_TOO_LARGE', `${descriptor.digest} has ${descriptor.size} bytes, over the limit`, {
          place: { file: `${registry}/${repository}` },
        });
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of client.streamBlob(repository, descriptor)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      verifyBytes(bytes, descriptor, `${registry}/${repository}`);
      return bytes;
    },
    streamBlob: (repository, descriptor) => downloadBlob(session, repository, descriptor, options),
    putBlob: (upload) => uploadBlob(session, upload, options),
    async listTags(repository) {
      const tags: string[] = [];
      const target = `/v2/${repository}/tags/list`;
      for await (const { response, bytes } of pages(session, { target, ...pull(repository), expect: [200] })) {
        const file = shownUrl(response.url);
        tags.push(...(decodeOrThrow(TAGS, parseJson(bytes, file), file).tags ?? []));
        if (tags.length > MAX_TAGS) {
          throw fail('OCI_TOO_LARGE', `more than ${MAX_TAGS} tags`, { place: { file } });
        }
      }
      return tags;
    },
    referrers: (repository, digest, artifactType) => listReferrers(client, session, repository, digest, artifactType),
    close: () => session.close(),
  };
  return client;
}

function headerDigest(response: HttpResponse): Digest | undefined {
  const found = response.headers['docker-content-digest'];
  return isDigest(found) ? found : undefined;
}

function assertSame(computed: Digest, named: Digest | undefined, response: HttpResponse): void {
  if (named === undefined || named === computed) return;
  throw fail('OCI_DIGEST_MISMATCH', `the bytes of ${named} have the digest ${computed}`, {
    place: { file: shownUrl(response.url) },
    details: { expected: named, found: computed },
  });
}

function mediaTypeOf(response: HttpResponse): string | undefined {
  const type = (response.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  return type.startsWith('application/vnd.') ? type : undefined;
}
