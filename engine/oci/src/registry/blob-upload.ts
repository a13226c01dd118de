import { fail } from '../errors.ts';
import type { Descriptor } from '../types.ts';
import { verified } from '../verified.ts';
import { type Body, type HttpResponse, shownUrl } from './exchange.ts';

import { discard } from './read-body.ts';
import { withRetry } from './retry.ts';
import type { Call, Place, Session } from './session.ts';
import type { BlobUpload, RegistryOptions } from './types.ts';

/**
 * Pushes a blob (OCI distribution specification 1.1, "Pushing blobs"): in one piece, or in chunks of
 * `options.chunkBytes`. A broken upload starts over. The bytes are hashed on the way; the last of them leave only when
 * size and digest are right.
 *
 * @throws AppError `OCI_SIZE_MISMATCH`, `OCI_DIGEST_MISMATCH`, `REGISTRY_*`
 */
export async function uploadBlob(session: Session, upload: BlobUpload, options: RegistryOptions): Promise<void> {
  await withRetry(options, async () => {
    const started = await startUpload(session, upload);
    if (started === 'mounted') return;
    const chunkBytes = Math.max(options.chunkBytes ?? 0, options.chunkBytes === undefined ? 0 : started.minChunkBytes);
    const { descriptor } = upload;
    const source = () => verified(upload.open(), descriptor, `${session.registry}/${upload.repository}`);
    const rest =
      chunkBytes > 0
        ? { place: await sendChunks(session, upload, started.place, source(), chunkBytes), body: EMPTY }
        : { place: started.place, body: { size: descriptor.size, open: source } };
    const done = await session.call({
      ...push(upload, 'PUT', withDigest(rest.place, descriptor), [201]),
      headers: { 'content-type': 'application/octet-stream' },
      body: rest.body,
    });
    discard(done);
    const stored = done.headers['docker-content-digest'];
    if (stored !== undefined && stored !== descriptor.digest) {
      throw fail('OCI_DIGEST_MISMATCH', `the registry stored ${descriptor.digest} as ${String(stored).slice(0, 100)}`, {
        place: { file: shownUrl(done.url) },
      });
    }
  });
}

const EMPTY: Body = { size: 0, open: async function* () {} };

function push(upload: BlobUpload, method: Call['method'], target: Call['target'], expect: readonly number[]): Call {
  const { repository, mountFrom } = upload;
  const mount = mountFrom === undefined ? [] : [`repository:${mountFrom}:pull`];
  const scopes = [`repository:${repository}:pull,push`, ...mount];
  // What an upload session has taken it does not take twice; the whole upload is repeated instead.
  return { method, target, repository, scopes, expect, mayRepeat: false };
}

async function startUpload(session: Session, upload: BlobUpload) {
  const { repository, descriptor, mountFrom } = upload;
  const query = mountFrom === undefined ? '' : `?mount=${descriptor.digest}&from=${mountFrom}`;
  const target = `/v2/${repository}/blobs/uploads/${query}`;
  const response = await session.call({
    ...push(upload, 'POST', target, mountFrom === undefined ? [202] : [201, 202]),
    body: EMPTY,
    mayRepeat: true,
  });
  discard(response);
  if (response.status === 201) return 'mounted';
  const least = Number(response.headers['oci-chunk-min-length'] ?? 0);
  return { place: nextPlace(session, response), minChunkBytes: least > 0 && least < 2 ** 30 ? least : 0 };
}

async function sendChunks(
  session: Session,
  upload: BlobUpload,
  first: Place,
  source: AsyncIterable<Uint8Array>,
  chunkBytes: number,
): Promise<Place> {
  let place = first;
  let sent = 0;
  for await (const chunk of regroup(source, chunkBytes)) {
    const response = await session.call({
      ...push(upload, 'PATCH', place, [202]),
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `${sent}-${sent + chunk.length - 1}`,
      },
      body: {
        size: chunk.length,
        open: async function* () {
          yield chunk;
        },
      },
    });
    discard(response);
    sent += chunk.length;
    place = nextPlace(session, response);
  }
  return place;
}

/** The same bytes in pieces of one size, but for the last. */
async function* regroup(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(size - filled, chunk.length - at);
      buffer.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled === size) {
        yield buffer;
        buffer = Buffer.allocUnsafe(size);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

function nextPlace(session: Session, response: HttpResponse): Place {
  const { location } = response.headers;
  if (location !== undefined) return session.place(location, response);
  throw fail('REGISTRY_ANSWER_INVALID', 'the registry names no place for the upload', {
    place: { file: shownUrl(response.url) },
  });
}

/** The query is appended to as text: re-encoding it would break the signature that some registries put there. */
function withDigest(place: Place, descriptor: Descriptor): Place {
  const joint = place.url.search === '' ? '?' : '&';
  return { ...place, url: new URL(`${place.url.href}${joint}digest=${encodeURIComponent(descriptor.digest)}`) };
}
