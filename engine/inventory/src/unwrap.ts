import { AppError, decodeBase64, parseJson } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { type Foreign, isForeign } from './foreign/reading.ts';
import { LIMITS } from './limits.ts';

/** A document without its wrappings, outermost first in `wrappings`. */
export interface Unwrapped {
  readonly document: unknown;
  readonly wrappings: readonly ('sigstore-bundle' | 'dsse' | 'in-toto')[];
}

const IN_TOTO_PAYLOAD = 'application/vnd.in-toto+json';

/**
 * Takes an SBOM out of a Sigstore bundle, a DSSE envelope (payload type `application/vnd.in-toto+json`) and an in-toto
 * statement. Signatures are not looked at: that is the envelope package's work.
 *
 * @throws AppError `SBOM_INVALID` when a wrapping holds no document, or what `parseJson` throws
 */
export function unwrap(outer: unknown, file: string): Unwrapped {
  const wrappings: Unwrapped['wrappings'][number][] = [];
  let document = outer;
  if (isForeign(document) && isForeign(document['dsseEnvelope'])) {
    wrappings.push('sigstore-bundle');
    document = document['dsseEnvelope'];
  }
  if (isForeign(document) && document['payloadType'] !== undefined) {
    wrappings.push('dsse');
    document = openPayload(document, file);
  }
  if (isForeign(document) && isStatement(document)) {
    wrappings.push('in-toto');
    document = openPredicate(document, file);
  }
  return { document, wrappings };
}

function openPayload(envelope: Foreign, file: string): unknown {
  const { payloadType, payload } = envelope;
  if (payloadType !== IN_TOTO_PAYLOAD) {
    throw fail('SBOM_INVALID', `the envelope's payload type is not ${IN_TOTO_PAYLOAD}`, {
      place: { file, pointer: '/payloadType' },
    });
  }
  if (typeof payload !== 'string') {
    throw fail('SBOM_INVALID', 'the envelope has no payload', { place: { file, pointer: '/payload' } });
  }
  try {
    const bytes = decodeBase64(payload, 'the payload');
    return parseJson(bytes, file, { maxBytes: LIMITS.documentBytes, maxDepth: LIMITS.depth });
  } catch (cause) {
    const reason = cause instanceof AppError ? cause.message : 'it cannot be decoded';
    throw fail('SBOM_INVALID', `the envelope's payload cannot be read: ${reason}`, {
      place: { file, pointer: '/payload' },
      cause,
    });
  }
}

function isStatement(document: Foreign): boolean {
  const type = document['_type'];
  return typeof type === 'string' && type.startsWith('https://in-toto.io/Statement/');
}

/** The predicate is the document; early versions of cosign put it, parsed or as text, under `Data`. */
function openPredicate(statement: Foreign, file: string): unknown {
  const { predicate } = statement;
  if (!isForeign(predicate)) {
    throw fail('SBOM_INVALID', 'the statement has no predicate', { place: { file, pointer: '/predicate' } });
  }
  const data = predicate['Data'];
  if (data === undefined) return predicate;
  return typeof data === 'string'
    ? parseJson(data, file, { maxBytes: LIMITS.documentBytes, maxDepth: LIMITS.depth })
    : data;
}
