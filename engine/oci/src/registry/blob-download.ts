import { fail } from '../errors.ts';
import type { Descriptor } from '../types.ts';
import { type HttpResponse, shownUrl } from './exchange.ts';
import { discard, streamBody } from './read-body.ts';
import { isWorthRetry, retryDelay } from './retry.ts';
import type { Session } from './session.ts';
import type { RegistryOptions } from './types.ts';

/**
 * A blob in order, exactly `descriptor.size` bytes, not hashed. After a connection that broke the rest is asked for
 * with `Range`; a registry that ignores it is read again from the start and what is known already passed over.
 *
 * @throws AppError `OCI_SIZE_MISMATCH`, `REGISTRY_*`
 */
export async function* downloadBlob(
  session: Session,
  repository: string,
  descriptor: Descriptor,
  options: RegistryOptions,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  // Attempts count anew whenever there was progress: a large layer over a poor line needs many.
  for (let attempt = 1; seen < descriptor.size; attempt++) {
    const before = seen;
    try {
      for await (const chunk of readFrom(session, repository, descriptor, seen)) {
        seen += chunk.length;
        yield chunk;
      }
      if (seen === descriptor.size) return;
      throw fail('REGISTRY_UNREACHABLE', `the blob ended after ${seen} of ${descriptor.size} bytes`, {
        place: { file: `${session.registry}/${repository}@${descriptor.digest}` },
      });
    } catch (error) {
      if (seen > before) attempt = 1;
      const delay = isWorthRetry(error) ? retryDelay(attempt, undefined, options) : undefined;
      if (delay === undefined) throw error;
      await options.sleep(delay);
    }
  }
}

async function* readFrom(
  session: Session,
  repository: string,
  descriptor: Descriptor,
  start: number,
): AsyncGenerator<Uint8Array> {
  const response = await session.call({
    method: 'GET',
    target: `/v2/${repository}/blobs/${descriptor.digest}`,
    repository,
    scopes: [`repository:${repository}:pull`],
    expect: start === 0 ? [200] : [200, 206],
    ...(start === 0 ? {} : { headers: { range: `bytes=${start}-` } }),
  });
  let offset = response.status === 206 ? rangeStart(response, start) : 0;
  const length = response.headers['content-length'];
  if (length !== undefined && Number(length) !== descriptor.size - offset) {
    discard(response);
    throw tooLong(descriptor, offset + Number(length), response);
  }
  for await (const chunk of streamBody(response)) {
    const known = Math.min(Math.max(start - offset, 0), chunk.length);
    offset += chunk.length;
    if (offset > descriptor.size) throw tooLong(descriptor, offset, response);
    if (known < chunk.length) yield known === 0 ? chunk : chunk.subarray(known);
  }
}

function rangeStart(response: HttpResponse, start: number): number {
  const range = /^bytes (\d{1,16})-/.exec(response.headers['content-range'] ?? '');
  if (Number(range?.[1]) === start) return start;
  discard(response);
  throw fail('REGISTRY_ANSWER_INVALID', `asked for bytes from ${start}, got another range`, {
    place: { file: shownUrl(response.url) },
  });
}

function tooLong(descriptor: Descriptor, found: number, response: HttpResponse) {
  return fail('OCI_SIZE_MISMATCH', `${descriptor.digest} has ${found} bytes where ${descriptor.size} are named`, {
    place: { file: shownUrl(response.url) },
    details: { expected: descriptor.size, found },
  });
}
